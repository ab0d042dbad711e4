import { GraphQLError, Kind, parse } from "graphql";
import { CliError } from "../cli-error.ts";
import { readJson } from "../read-text.ts";
import type { ManifestDocument } from "./manifest-document.ts";

/** Limits of variables: for every document, and for single ones by operation name or id. */
export interface DeclaredLimits {
  common: Readonly<Record<string, number>>;
  single: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export const NO_LIMITS: DeclaredLimits = { common: {}, single: {} };

/** Reads `{"first": 100, "Siblings": {"first": 1000}}`. */
export async function readLimitsFile(path: string): Promise<DeclaredLimits> {
  return readLimits(await readJson(path), path);
}

export function readLimits(limits: unknown, path: string): DeclaredLimits {
  if (typeof limits !== "object" || limits === null || Array.isArray(limits)) throw wrong(path);
  const common: Record<string, number> = {};
  const single: Record<string, Record<string, number>> = {};
  for (const [name, value] of Object.entries(limits)) {
    if (isLimit(value)) common[name] = value;
    else if (isLimits(value)) single[name] = value;
    else throw wrong(path, name);
  }
  return { common, single };
}

function isLimit(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1;
}

function isLimits(value: unknown): value is Record<string, number> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && Object.values(value).every(isLimit);
}

function wrong(path: string, name?: string): CliError {
  const text = name === undefined ? "it is no object" : `${name} is no limit`;
  return new CliError("WRONG_FORMAT", `${path}: ${text}`, {
    advice: 'Write {"first": 100, "Siblings": {"first": 1000}}: whole numbers by variable.',
  });
}

/** What a document declares of its variables; what is not its variable is not told of it. */
export function limitsOf(
  { id, text }: ManifestDocument,
  { common, single }: DeclaredLimits,
): Record<string, number> {
  const { names, variables } = declaredIn(text);
  const own = [...names, id].map((name) => (Object.hasOwn(single, name) ? single[name] : {}));
  const all = Object.assign({}, common, ...own) as Record<string, number>;
  return Object.fromEntries(Object.entries(all).filter(([name]) => variables.has(name)));
}

function declaredIn(text: string): { names: string[]; variables: Set<string> } {
  try {
    const operations = parse(text).definitions.filter(
      (definition) => definition.kind === Kind.OPERATION_DEFINITION,
    );
    const variables = operations.flatMap(({ variableDefinitions = [] }) =>
      variableDefinitions.map(({ variable }) => variable.name.value),
    );
    const names = operations.flatMap(({ name }) => (name ? [name.value] : []));
    return { names, variables: new Set(variables) };
  } catch (error) {
    if (error instanceof GraphQLError) return { names: [], variables: new Set() };
    throw error;
  }
}
