import { Pool } from "undici";
import type { ErasureKey, ErasureOrder } from "./erasure-orders.ts";
import { ERASURES_PATH } from "./erasures-server.ts";
import { postJson } from "./post-json.ts";
import type { RemoteOptions } from "./remote-executor.ts";

const LIMITS = { connections: 1, answerBytes: 1024 * 1024, answerMs: 5_000 } as const;

/** A tenant's name that is nobody's: the question is of all tenants. */
const OF_ALL = "erasures";

export type RemoteErasures = ((forgotten: readonly ErasureKey[]) => Promise<ErasureOrder[]>) & {
  close(): Promise<void>;
};

/** Asks a subgraph over HTTP whom it has erased. Rejects where there is no proper answer. */
export function remoteErasures({ subgraph, url, sign }: RemoteOptions): RemoteErasures {
  const pool = new Pool(new URL(url).origin, {
    connections: LIMITS.connections,
    pipelining: 1,
    maxResponseSize: LIMITS.answerBytes,
  });
  // Who has no role is the gateway itself: it vouches for people, who have some.
  const caller = { subject: "service:gateway", tenant: OF_ALL, roles: [], client: null };
  let count = 0;
  const ask = async (forgotten: readonly ErasureKey[]) => {
    const body = JSON.stringify({ forgotten });
    const token = sign(subgraph, body, { caller, requestId: `erasures-${++count}` });
    const headers = { authorization: `Bearer ${token}` };
    const deadlineMs = LIMITS.answerMs;
    const post = { path: ERASURES_PATH, headers, body, deadlineMs };
    const { status, text } = await postJson(pool, post);
    if (status !== 200) throw new Error(`${subgraph} answered ${status}`);
    const { orders } = JSON.parse(text) as { orders?: unknown };
    if (!Array.isArray(orders)) throw new Error(`${subgraph} answered no orders`);
    return orders as ErasureOrder[];
  };
  return Object.assign(ask, { close: () => pool.destroy() });
}
