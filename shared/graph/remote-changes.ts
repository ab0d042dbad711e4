import { Client } from "undici";
import { CHANGES_PATH } from "./changes-server.ts";
import type { RemoteOptions } from "./remote-executor.ts";
import type { ChangeBatch, ChangesOptions } from "./subgraph-service.ts";

const LIMITS = {
  connectTimeoutMs: 2_000,
  /** The other side says something every two seconds. */
  silenceMs: 10_000,
  batchBytes: 64 * 1024 * 1024,
} as const;

/**
 * Reads a tenant's changes from a subgraph over HTTP, on a connection of its own. The other side
 * ends the stream when the token's time is over: ask again after the last position.
 */
export async function* remoteChanges(
  { subgraph, url, sign }: RemoteOptions,
  tenant: string,
  { after, signal }: ChangesOptions,
): AsyncGenerator<ChangeBatch> {
  const { origin } = new URL(url);
  const client = new Client(origin, {
    connect: { timeout: LIMITS.connectTimeoutMs },
    headersTimeout: LIMITS.silenceMs,
    bodyTimeout: LIMITS.silenceMs,
  });
  try {
    const caller = { subject: "gateway", tenant, roles: [], client: null };
    const body = JSON.stringify({ changes: true, after });
    const token = sign(subgraph, body, { caller, requestId: `changes-${tenant}` });
    const answer = await client.request({
      method: "POST",
      path: CHANGES_PATH,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body,
      signal,
    });
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      throw new Error(`${subgraph} answered with HTTP status ${answer.statusCode}`);
    }
    for await (const line of linesOf(answer.body)) yield readBatch(subgraph, line);
  } finally {
    await client.destroy();
  }
}

/** The lines of a body, none longer than is allowed. */
async function* linesOf(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    let begin = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, begin)) {
      yield Buffer.concat([...rest, chunk.subarray(begin, end)]).toString("utf8");
      rest = [];
      bytes = 0;
      begin = end + 1;
    }
    rest.push(chunk.subarray(begin));
    bytes += chunk.length - begin;
    if (bytes > LIMITS.batchBytes) throw new Error("a batch of changes is too large");
  }
}

function readBatch(subgraph: string, line: string): ChangeBatch {
  const { position, isMissed, changes } = JSON.parse(line) as Partial<ChangeBatch>;
  if (typeof position !== "string" || typeof isMissed !== "boolean" || !Array.isArray(changes)) {
    throw new Error(`${subgraph} answered something that is no batch of changes`);
  }
  return { position, isMissed, changes };
}
