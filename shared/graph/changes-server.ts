import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { SERVICE_TOKEN_SECONDS, type Vouched } from "./service-token.ts";
import type { SubgraphService } from "./subgraph-service.ts";

/** The route on which the gateway reads what changes. */
export const CHANGES_PATH = "/changes";

const LIMITS = {
  /** A token opens the stream for as long as it lives itself. */
  streamMs: SERVICE_TOKEN_SECONDS * 1_000,
  /** How often an empty batch says that there is nothing to say. */
  emptyEveryMs: 2_000,
  positionCharacters: 20_000,
} as const;

/** A position as PostgreSQL writes a snapshot; nothing else gets to the database. */
const POSITION = /^\d{1,20}:\d{1,20}:(\d{1,20}(,\d{1,20})*)?$/;

/** What the gateway asks with; null where it is something else. */
export function readChangesRequest(body: object): { after?: string } | null {
  const { changes, after } = body as { changes?: unknown; after?: unknown };
  if (changes !== true) return null;
  if (after === undefined) return {};
  const isPosition =
    typeof after === "string" && after.length <= LIMITS.positionCharacters && POSITION.test(after);
  return isPosition ? { after } : null;
}

/**
 * Only the gateway itself asks for changes: it vouches for people, who have roles, and a service
 * has its own role; so a caller without any is nobody else.
 */
export function mayReadChanges({ caller }: Vouched): boolean {
  return caller.roles.length === 0;
}

/** Streams a tenant's changes, a batch a line of JSON, until the token's time is over. */
export async function streamChanges(
  changes: NonNullable<SubgraphService["changes"]>,
  { tenant, after }: { tenant: string; after?: string },
  {
    response,
    closing,
    mostMs = LIMITS.streamMs,
  }: { response: ServerResponse; closing: AbortSignal; mostMs?: number | undefined },
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, closing, AbortSignal.timeout(mostMs)]);
  response.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
  response.flushHeaders();
  let writtenAt = Number.NEGATIVE_INFINITY;
  for await (const batch of changes(tenant, { ...(after !== undefined && { after }), signal })) {
    const isEmpty = batch.changes.length === 0 && !batch.isMissed;
    if (isEmpty && performance.now() - writtenAt < LIMITS.emptyEveryMs) continue;
    writtenAt = performance.now();
    if (response.write(`${JSON.stringify(batch)}\n`)) continue;
    await once(response, "drain", { signal }).catch(() => undefined);
  }
  response.end();
}
