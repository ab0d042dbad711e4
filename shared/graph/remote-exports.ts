import { Client } from "undici";
import type { Caller } from "../caller.ts";
import { DomainError, ERROR_CODES, type ErrorCode, type ErrorDetails } from "../domain-error.ts";
import { endingBody } from "../export/ending-body.ts";
import { digestField, EXPORTS_PATH, REFUSED_STATUS } from "./exports-server.ts";
import type { RemoteOptions } from "./remote-executor.ts";
import type { SeenDevice } from "./seen-devices.ts";
import type { ExportBody, ExportQuestion, RequestFacts } from "./subgraph-service.ts";

const LIMITS = {
  connectTimeoutMs: 2_000,
  /** The rows are counted before the first byte comes. */
  beginMs: 60_000,
  silenceMs: 60_000,
  /** The first line names the columns and at most 100 devices. */
  headBytes: 256 * 1024,
  refusalBytes: 64 * 1024,
} as const;

/**
 * Reads an export from a subgraph over HTTP, on a connection of its own. It ends well only where
 * the trailers came, and say what was read.
 */
export async function remoteExport(
  { subgraph, url, sign }: RemoteOptions,
  caller: Caller,
  question: ExportQuestion,
  { requestId, deadlineAt, seen }: RequestFacts,
): Promise<ExportBody> {
  const client = new Client(new URL(url).origin, {
    connect: { timeout: LIMITS.connectTimeoutMs },
    headersTimeout: LIMITS.beginMs,
    bodyTimeout: LIMITS.silenceMs,
  });
  try {
    const body = JSON.stringify({ export: question });
    const deadline = deadlineAt === undefined ? {} : { deadlineAt };
    const token = await sign(subgraph, body, { caller, requestId, ...deadline });
    const answer = await client.request({
      method: "POST",
      path: EXPORTS_PATH,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body,
    });
    if (answer.statusCode !== 200) {
      throw refusalOf(subgraph, answer.statusCode, await shortText(answer.body));
    }
    const pieces = answer.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const { head, rest } = await readHead(pieces);
    for (const device of head.seen) seen?.add(device);
    const { seen: _, ...facts } = head;
    return {
      ...facts,
      ...endingBody(remaining(rest, pieces), {
        silenceMs: LIMITS.silenceMs,
        rows: async ({ sha256 }) => rowsOf(answer.trailers, sha256, facts.expectedRows),
        over: () => void client.destroy(),
      }),
    };
  } catch (error) {
    await client.destroy();
    if (error instanceof DomainError) throw error;
    throw new DomainError("SUBGRAPH_UNAVAILABLE", `${subgraph} cannot be asked now`, { subgraph });
  }
}

type Head = Omit<ExportBody, "body" | "end"> & { seen: SeenDevice[] };

async function readHead(pieces: AsyncIterator<Buffer>): Promise<{ head: Head; rest: Buffer }> {
  let read = Buffer.alloc(0);
  for (;;) {
    const end = read.indexOf(10);
    if (end >= 0) {
      const head = JSON.parse(read.subarray(0, end).toString("utf8")) as Head;
      return { head, rest: read.subarray(end + 1) };
    }
    if (read.length > LIMITS.headBytes) throw new Error("an export's first line is too long");
    const next = await pieces.next();
    if (next.done) throw new Error("an export has no first line");
    read = Buffer.concat([read, next.value]);
  }
}

async function* remaining(rest: Buffer, pieces: AsyncIterator<Buffer>): AsyncGenerator<Uint8Array> {
  yield rest;
  try {
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  } finally {
    await pieces.return?.();
  }
}

/** Throws where the subgraph does not say that this was all. */
function rowsOf(
  trailers: Readonly<Record<string, string | string[] | undefined>>,
  sha256: string,
  expectedRows: number,
): number {
  const rows = Number(trailers["row-count"]);
  if (rows === expectedRows && trailers["repr-digest"] === digestField(sha256)) return rows;
  throw new Error("an export came without its end, or as something else");
}

async function shortText(body: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const piece of body) {
    text += piece.toString("utf8");
    if (text.length > LIMITS.refusalBytes) break;
  }
  return text;
}

function refusalOf(subgraph: string, status: number, text: string): Error {
  if (status !== REFUSED_STATUS)
    return new Error(`${subgraph} answered with HTTP status ${status}`);
  const { code, message, details } = JSON.parse(text) as {
    code: string;
    message: string;
    details: ErrorDetails;
  };
  if (!(code in ERROR_CODES)) return new Error(`${subgraph} refused with an unknown code`);
  return new DomainError(code as ErrorCode, message, details);
}
