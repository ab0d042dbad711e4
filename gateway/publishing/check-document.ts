import { buildSchema, type OperationTypeNode, print } from "graphql";
import type { Role } from "../../shared/caller.ts";
import { DomainError } from "../../shared/domain-error.ts";
import { eventQuery } from "../live/event-query.ts";
import { NODE_SUBGRAPH } from "../node/node-text.ts";
import { giveScalars } from "../scalars.ts";
import type { Supergraph } from "../supergraph.ts";
import { type DocumentProblem, documentProblem, problemAt, problemOf } from "./document-problem.ts";
import { type AccessTables, type RoleAccess, unreadableFields } from "./field-access.ts";
import { type FieldRouting, fieldRouting } from "./field-routing.ts";
import { type Planner, plannerOf } from "./query-plan.ts";
import { type OneOperation, readDocument } from "./read-document.ts";
import { type VariableLimits, worstCase } from "./worst-case.ts";

/** A document, with the roles of the client that wants to publish it. */
export interface DocumentToCheck {
  id: string;
  text: string;
  roles: readonly Role[];
  variableLimits: VariableLimits;
}

/** What is to be known of a document before it is published. It may be where there are no problems. */
export interface CheckedDocument {
  problems: readonly DocumentProblem[];
  /** What its author should know: deprecated fields. */
  warnings: readonly DocumentProblem[];
  operationName: string | null;
  operationType: `${OperationTypeNode}` | null;
  /** Objects and values of the largest answer that variables within their limits can ask for. */
  nodes: number;
  values: number;
  fetches: number;
}
export type DocumentCheck = (document: DocumentToCheck) => Promise<CheckedDocument>;

/**
 * Judges documents for publication over one supergraph: limits, validity, worst-case cost, the
 * roles' access to every field, and the plan. Throws where a subgraph has no access table.
 */
export function documentCheck(supergraph: Supergraph, tables: AccessTables): DocumentCheck {
  const schema = buildSchema(supergraph.publicText);
  giveScalars(schema);
  const routing = fieldRouting(supergraph.supergraphText);
  assertTablesFor(routing, tables);
  const planner = plannerOf(supergraph.supergraphText);
  return async ({ text, roles, variableLimits }) => {
    const { asked, problems, warnings } = readDocument(schema, text);
    const head = {
      warnings,
      operationName: asked?.operation.name?.value ?? null,
      operationType: asked?.operation.operation ?? null,
    };
    if (!asked || problems.length > 0) {
      return { ...head, problems, nodes: 0, values: 0, fetches: 0 };
    }
    const cost = worstCase(asked, variableLimits);
    const plan = await planned(planner, asked, text);
    const unreadable = accessProblems(asked, { routing, tables, roles });
    return {
      ...head,
      problems: [...unreadable, ...cost.problems, ...plan.problems],
      nodes: cost.nodes,
      values: cost.values,
      fetches: plan.fetches,
    };
  };
}

/** A field that nobody thought of must not be published. */
function assertTablesFor(routing: FieldRouting, tables: AccessTables): void {
  const subgraphs = new Set([...routing.values()].flat());
  for (const subgraph of subgraphs) {
    if (subgraph === NODE_SUBGRAPH || Object.hasOwn(tables, subgraph)) continue;
    throw new Error(`access: no table for the subgraph ${subgraph}`);
  }
}

/** Every field that none of the roles may read. */
export function accessProblems(asked: OneOperation, access: RoleAccess): DocumentProblem[] {
  const roles = access.roles.join(", ") || "no role";
  return unreadableFields(asked, access).map(({ name, node }) =>
    problemAt(node, "FORBIDDEN", { message: `${roles} may not use ${name}`, field: name }),
  );
}

/** Of a subscription, what is asked for at each event. */
function plannedText({ document, operation }: OneOperation, text: string): string {
  if (operation.operation !== "subscription") return text;
  return print(eventQuery(document, operation).document);
}

/** How many fetches a valid document takes, or why the planner does not plan it. */
export async function planned(
  planner: Planner,
  asked: OneOperation,
  text: string,
): Promise<{ fetches: number; problems: readonly DocumentProblem[] }> {
  try {
    const name = asked.operation.name?.value ?? null;
    return { fetches: await planner.fetchesOf(plannedText(asked, text), name), problems: [] };
  } catch (error) {
    if (error instanceof DomainError) return { fetches: 0, problems: [problemOf(error)] };
    const reason = error instanceof Error ? error.message : String(error);
    const problem = documentProblem("BAD_USER_INPUT", `cannot be planned: ${reason}`);
    return { fetches: 0, problems: [problem] };
  }
}
