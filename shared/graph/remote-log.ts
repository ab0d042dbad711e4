import { Pool } from "undici";
import { DomainError } from "../domain-error.ts";
import { parseBase64 } from "../ledger/strict-text.ts";
import type { AskLog, LogAnswer } from "../ledger-store/log-question.ts";
import { log } from "../log.ts";
import { LOG_PATH, logQuestionBody } from "./log-server.ts";
import { postJson } from "./post-json.ts";
import type { RemoteOptions } from "./remote-executor.ts";

const LIMITS = {
  connections: 4,
  keepAliveTimeoutMs: 30_000,
  connectTimeoutMs: 2_000,
  /** A bundle of the longest entries, in base64. */
  answerBytes: 24 * 1024 * 1024,
  answerMs: 5_000,
} as const;

/** Reads a subgraph's log over HTTP. */
export type RemoteLog = AskLog & { close(): Promise<void> };

/** Asks on kept connections. Rejects with SUBGRAPH_UNAVAILABLE where there is no answer. */
export function remoteLog({ subgraph, url, sign }: RemoteOptions): RemoteLog {
  const pool = new Pool(new URL(url).origin, {
    connections: LIMITS.connections,
    pipelining: 1,
    keepAliveTimeout: LIMITS.keepAliveTimeoutMs,
    connect: { timeout: LIMITS.connectTimeoutMs },
    maxResponseSize: LIMITS.answerBytes,
  });
  let count = 0;
  const ask: AskLog = async (tenant, question) => {
    const body = logQuestionBody(question);
    const caller = { subject: "gateway", tenant, roles: [], client: null };
    const token = sign(subgraph, body, { caller, requestId: `log-${++count}` });
    const headers = { authorization: `Bearer ${token}` };
    const deadlineMs = LIMITS.answerMs;
    try {
      const { status, text } = await postJson(pool, { path: LOG_PATH, headers, body, deadlineMs });
      if (status === 200) return readAnswer(text);
      throw new Error(`HTTP status ${status}`);
    } catch (error) {
      log("WARN", "log-unread", { subgraph, reason: String(error) });
      throw new DomainError("SUBGRAPH_UNAVAILABLE", `${subgraph} cannot be asked now`, {
        subgraph,
      });
    }
  };
  return Object.assign(ask, { close: () => pool.destroy() });
}

function readAnswer(text: string): LogAnswer {
  const { origin, outcome, data } = JSON.parse(text) as Record<string, unknown>;
  const isKnown = outcome === "FOUND" || outcome === "NOT_FOUND" || outcome === "FOREIGN";
  if (typeof origin !== "string" || !isKnown) throw new Error("no answer of a log");
  return {
    origin,
    outcome,
    data: typeof data === "string" ? parseBase64(data, "a log's answer") : null,
  };
}
