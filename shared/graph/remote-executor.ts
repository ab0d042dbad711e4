import { type ExecutionResult, GraphQLError } from "graphql";
import { Pool } from "undici";
import { log } from "../log.ts";
import { traceHeaders } from "../tracing.ts";
import { postJson } from "./post-json.ts";
import type { ServiceSigner, Vouched } from "./service-token.ts";
import type { PeerExecutor } from "./subgraph-service.ts";

const LIMITS = {
  connections: 64,
  /** Shorter than the server keeps an idle connection. */
  keepAliveTimeoutMs: 30_000,
  connectTimeoutMs: 2_000,
  answerBytes: 64 * 1024 * 1024,
  peerDeadlineMs: 3_000,
} as const;

export interface RemoteOptions {
  /** The subgraph's name: the audience of the tokens. */
  subgraph: string;
  url: string;
  sign: ServiceSigner;
}
export interface RemoteOperation {
  text: string;
  variables: Record<string, unknown>;
  vouched: Vouched;
  deadlineMs: number;
}
/** Rejects where the subgraph cannot be asked: no connection, no answer in time, no sense in it. */
export type RemoteExecutor = ((operation: RemoteOperation) => Promise<ExecutionResult>) & {
  isReady(): Promise<boolean>;
  close(): Promise<void>;
};

/** Asks a subgraph over HTTP on kept connections. Each request is signed and is never repeated. */
export function remoteExecutor({ subgraph, url, sign }: RemoteOptions): RemoteExecutor {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, {
    connections: LIMITS.connections,
    pipelining: 1,
    keepAliveTimeout: LIMITS.keepAliveTimeoutMs,
    connect: { timeout: LIMITS.connectTimeoutMs },
    maxResponseSize: LIMITS.answerBytes,
  });
  const execute = async ({ text, variables, vouched, deadlineMs }: RemoteOperation) => {
    const body = JSON.stringify({ query: text, variables });
    const token = sign(subgraph, body, vouched);
    const headers = { ...traceHeaders(), authorization: `Bearer ${token}` };
    const asked = { path: pathname, headers, body, deadlineMs };
    const { status, text: answered } = await postJson(pool, asked);
    if (status === 401) log("ERROR", "service-token-refused", { subgraph });
    // 400 is how a result without data travels; everything else comes from something in between.
    if (status !== 200 && status !== 400) {
      throw new Error(`${subgraph} answered with HTTP status ${status}`);
    }
    return readResult(subgraph, answered);
  };
  return Object.assign(execute, {
    async isReady() {
      const signal = AbortSignal.timeout(LIMITS.peerDeadlineMs);
      const answer = await pool.request({ method: "GET", path: "/readyz", signal });
      await answer.body.dump();
      return answer.statusCode === 200;
    },
    close: () => pool.destroy(),
  });
}

/** Lets one service ask another one over HTTP, as itself. */
export function remotePeer(options: RemoteOptions): PeerExecutor & { close(): Promise<void> } {
  const execute = remoteExecutor(options);
  let count = 0;
  const peer: PeerExecutor = async (caller, text, variables) => {
    const vouched = { caller, requestId: `${caller.subject}-${++count}` };
    try {
      return await execute({ text, variables, vouched, deadlineMs: LIMITS.peerDeadlineMs });
    } catch (error) {
      return { errors: [new GraphQLError(error instanceof Error ? error.message : String(error))] };
    }
  };
  return Object.assign(peer, { close: () => execute.close() });
}

function readResult(subgraph: string, text: string): ExecutionResult {
  const result: unknown = JSON.parse(text);
  if (typeof result !== "object" || result === null || Array.isArray(result)) {
    throw new Error(`${subgraph} answered something that is no result`);
  }
  const { data, errors, extensions } = result as {
    data?: ExecutionResult["data"];
    errors?: unknown;
    extensions?: ExecutionResult["extensions"];
  };
  if (data === undefined && errors === undefined) {
    throw new Error(`${subgraph} answered neither data nor errors`);
  }
  return {
    ...(data !== undefined && { data }),
    ...(Array.isArray(errors) && { errors: errors.map(readError) }),
    ...(extensions && { extensions }),
  };
}

function readError(value: unknown): GraphQLError {
  const { message, path, extensions } = (value ?? {}) as Partial<GraphQLError>;
  return new GraphQLError(typeof message === "string" ? message : "", {
    path: Array.isArray(path) ? path : null,
    extensions: typeof extensions === "object" ? extensions : null,
  });
}
