import { CliError } from "../cli-error.ts";
import { errorOf, type GatewayClient, type GraphError } from "../gateway-client.ts";
import { count, note, print, printable, table } from "../output.ts";

/** A question for a scope, as the gateway takes it. */
export interface ScopeVariables {
  criteria: unknown;
  knownAt: string | null;
}

export interface ScopeShare {
  value: string | null;
  count: number;
}

/** What the gateway says of a scope. A breakdown that could not be had is null. */
export interface ScopeAnswer {
  sentence: string;
  count: number;
  breakdowns: Record<string, ScopeShare[] | null>;
}

/** The values that a person is shown of each breakdown. */
export const SHARES_SHOWN = 10;
const PAGE_SIZE = 1_000;

/** Asks for a scope with its breakdowns; answers beside it why some of them are missing. */
export async function askScope(
  gateway: GatewayClient,
  variables: ScopeVariables,
  { breakdowns, first }: { breakdowns: readonly string[]; first: number },
): Promise<{ scope: ScopeAnswer; missing: readonly GraphError[] }> {
  const fields = breakdowns.map(
    (_, at) => `b${at}: breakdown(by: $by${at}, first: $first) { value count }`,
  );
  const declared = breakdowns.map((_, at) => `, $by${at}: String!`).join("");
  const size = breakdowns.length > 0 ? ", $first: Int!" : "";
  const query = `query Scope($criteria: RecallCriteria!, $knownAt: DateTime${declared}${size}) {
    recallScope(criteria: $criteria, knownAt: $knownAt) { sentence count ${fields.join(" ")} }
  }`;
  const by = Object.fromEntries(breakdowns.map((name, at) => [`by${at}`, name]));
  const { data, errors } = await gateway.askPartly<{
    recallScope: Pick<ScopeAnswer, "sentence" | "count"> & Record<string, ScopeShare[] | null>;
  }>(query, { ...variables, ...by, ...(size && { first }) });
  if (!data.recallScope) throw errorOf(errors[0] ?? { message: "the gateway gave no scope" });
  const { sentence, count, ...shares } = data.recallScope;
  const named = breakdowns.map((name, at) => [name, shares[`b${at}`] ?? null] as const);
  return { scope: { sentence, count, breakdowns: Object.fromEntries(named) }, missing: errors };
}

const DEVICES = `query Devices($criteria: RecallCriteria!, $knownAt: DateTime, $first: Int!, $after: String) {
  recallScope(criteria: $criteria, knownAt: $knownAt) {
    devices(first: $first, after: $after) {
      nodes { serialNumber connhexId } pageInfo { hasNextPage endCursor }
    }
  }
}`;

export interface ScopeDevice {
  serialNumber: string;
  connhexId: string | null;
}

interface DevicePage {
  nodes: ScopeDevice[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** Every device of a scope, page by page; fails where they are not as many as were counted. */
export async function readDevices(
  gateway: GatewayClient,
  variables: ScopeVariables,
  expected: number,
): Promise<ScopeDevice[]> {
  const devices: ScopeDevice[] = [];
  for (let after: string | null = null; ; ) {
    const answer: { recallScope: { devices: DevicePage } } = await gateway.ask(DEVICES, {
      ...variables,
      first: PAGE_SIZE,
      after,
    });
    const { nodes, pageInfo } = answer.recallScope.devices;
    devices.push(...nodes);
    if (!pageInfo.hasNextPage) break;
    if (pageInfo.endCursor === null || pageInfo.endCursor === after) {
      throw new CliError("GATEWAY_ANSWER", "the gateway says that there is more, and not where");
    }
    after = pageInfo.endCursor;
  }
  if (devices.length === expected) return devices;
  const reason = `${devices.length} devices came, but ${expected} were counted: the list is not whole`;
  throw new CliError("DIFFERENT_COUNT", reason);
}

/** Prints the breakdowns of scopes that were asked alike: a column for each scope. */
export function printBreakdowns(
  columns: readonly string[],
  scopes: readonly Pick<ScopeAnswer, "breakdowns">[],
): void {
  const [first] = scopes;
  for (const name of Object.keys(first?.breakdowns ?? {})) {
    const asked = scopes.map(({ breakdowns }) => breakdowns[name] ?? null);
    if (asked.some((shares) => shares === null)) continue;
    const values = [...new Set(asked.flatMap((shares) => shares?.map(({ value }) => value) ?? []))];
    const rows = values.slice(0, SHARES_SHOWN).map((value) => [
      value ?? "not known",
      ...asked.map((shares) => {
        return count(shares?.find((share) => share.value === value)?.count ?? 0);
      }),
    ]);
    print("");
    print(table([name, ...columns], rows));
    if (values.length > SHARES_SHOWN) note(`… and more values of ${name}`);
  }
}

/** Tells why a part of an answer is missing. What cannot be asked now must not pass for nothing. */
export function tellMissing(missing: readonly GraphError[]): void {
  const [first] = missing;
  if (!first) return;
  const failure = errorOf(first);
  const text = `a breakdown is missing: ${failure.message}`;
  if (failure.retryable) throw new CliError(failure.code, text, failure.details);
  note(printable(`note: ${text}`));
}
