import type { GraphQLSchema } from "graphql";
import type { Role } from "../../shared/caller.ts";
import { accessProblems, planned } from "./check-document.ts";
import { type DocumentProblem, problemAt } from "./document-problem.ts";
import { type DocumentUsage, documentUsage, type Use } from "./document-usage.ts";
import type { AccessTables } from "./field-access.ts";
import type { FieldRouting } from "./field-routing.ts";
import type { Planner } from "./query-plan.ts";
import { type OneOperation, readDocument } from "./read-document.ts";
import { type SchemaChange, schemaChanges } from "./schema-changes.ts";
import { type VariableLimits, worstCase } from "./worst-case.ts";

/** A document that a client runs. */
export interface DocumentInUse {
  client: string;
  id: string;
  name: string | null;
  text: string;
  variableLimits: VariableLimits;
  /** null: whether its client may read everything in it is not judged. */
  roles: readonly Role[] | null;
}

/** The graph as it was when the documents were published, and as it is to be. */
export interface GraphChange {
  before: GraphQLSchema;
  after: GraphQLSchema;
  /** What only a supergraph tells; null where nothing but a public schema is known. */
  supergraph: { planner: Planner; routing: FieldRouting; tables: AccessTables } | null;
}

type Place = Pick<DocumentProblem, "field" | "line" | "column">;

/** What a change of the graph does to one document. */
export interface Finding extends Place {
  level: "BROKEN" | "DANGEROUS";
  client: string;
  document: string;
  name: string | null;
  what: string;
}
export interface SchemaCheck {
  documents: number;
  findings: readonly Finding[];
  /** Changes that no document meets. */
  unused: readonly { level: "BREAKING" | "DANGEROUS"; what: string }[];
}

/** Judges every document against a changed graph. */
export async function checkSchemaChange(
  graph: GraphChange,
  documents: readonly DocumentInUse[],
): Promise<SchemaCheck> {
  const changes = schemaChanges(graph.before, graph.after);
  const used = new Set<SchemaChange>();
  const findings: Finding[] = [];
  for (const document of documents) {
    const { asked } = readDocument(graph.before, document.text);
    const met = asked ? metChanges(asked, changes) : [];
    for (const { change } of met) used.add(change);
    const name = document.name ?? asked?.operation.name?.value ?? null;
    findings.push(...(await judge(graph, { ...document, name }, met)));
  }
  const unused = changes
    .filter((change) => !used.has(change))
    .map(({ isBreaking, what }) => ({
      level: isBreaking ? ("BREAKING" as const) : ("DANGEROUS" as const),
      what,
    }));
  return { documents: documents.length, findings, unused };
}

/** A change that a document meets, and where. */
interface MetChange extends Place {
  change: SchemaChange;
  breaks: boolean;
}

async function judge(
  graph: GraphChange,
  document: DocumentInUse,
  met: readonly MetChange[],
): Promise<Finding[]> {
  const { client, id, name } = document;
  const finding = (
    level: Finding["level"],
    what: string,
    { field, line, column }: Place,
  ): Finding => ({ level, client, document: id, name, what, field, line, column });

  const { asked, problems: invalid } = readDocument(graph.after, document.text);
  const problems =
    asked && invalid.length === 0 ? await usageProblems(graph, document, asked) : invalid;
  // A change that validation has met as well is told once.
  const lines = new Set(invalid.map(({ line }) => line));
  const others = met.filter(({ line }) => line === null || !lines.has(line));
  return [
    ...problems.map((problem) => finding("BROKEN", problem.message, problem)),
    ...others.map((one) => finding(one.breaks ? "BROKEN" : "DANGEROUS", one.change.what, one)),
  ];
}

/** Why a document that is still valid could not be published after the change. */
async function usageProblems(
  { supergraph }: GraphChange,
  { text, variableLimits, roles }: DocumentInUse,
  asked: OneOperation,
): Promise<readonly DocumentProblem[]> {
  const cost = worstCase(asked, variableLimits).problems;
  if (!supergraph) return cost;
  const { planner, routing, tables } = supergraph;
  const plan = await planned(planner, asked, text);
  const unreadable = roles ? accessProblems(asked, { routing, tables, roles }) : [];
  return [...unreadable, ...cost, ...plan.problems];
}

function metChanges(asked: OneOperation, changes: readonly SchemaChange[]): MetChange[] {
  if (changes.length === 0) return [];
  const usage = documentUsage(asked);
  return changes.flatMap((change) => met(change, usage, asked) ?? []);
}

function met(change: SchemaChange, usage: DocumentUsage, asked: OneOperation): MetChange | null {
  if (!change.touches) {
    return {
      change,
      breaks: change.isBreaking,
      ...placeOf({ node: asked.operation, field: null }),
    };
  }
  const met = change.touches.filter(({ use }) => usage.has(use));
  const worst = met.find(({ effect }) => effect === "BREAKS") ?? met[0];
  if (!worst) return null;
  const place = usage.get(worst.use);
  return place ? { change, breaks: worst.effect === "BREAKS", ...placeOf(place) } : null;
}

function placeOf({ node, field }: Use): Place {
  const { line, column } = problemAt(node, "BAD_USER_INPUT", { message: "" });
  return { field, line, column };
}
