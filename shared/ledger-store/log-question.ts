import type { PublishedLog } from "./ledger.ts";

/** What is asked of a published log. */
export type LogQuestion =
  | { kind: "checkpoint" }
  | { kind: "keys" }
  | { kind: "tile"; level: number; n: bigint; width: number }
  | { kind: "entries"; n: bigint; width: number };

/** What a log answers: bytes, or why there are none. */
export interface LogAnswer {
  /** The log's name: whoever asked for another one gets nothing. */
  origin: string;
  outcome: "FOUND" | "NOT_FOUND" | "FOREIGN";
  data: Buffer | null;
}

/** Asks a log; `tenant` is the caller's, for entries. */
export type AskLog = (tenant: string, question: LogQuestion) => Promise<LogAnswer>;

export function askPublished(log: PublishedLog): AskLog {
  return async (tenant, question) => {
    const data = await read(log, tenant, question);
    if (data === "FOREIGN") return { origin: log.origin, outcome: "FOREIGN", data: null };
    return { origin: log.origin, outcome: data ? "FOUND" : "NOT_FOUND", data };
  };
}

async function read(
  log: PublishedLog,
  tenant: string,
  question: LogQuestion,
): Promise<Buffer | "FOREIGN" | null> {
  switch (question.kind) {
    case "checkpoint": {
      const checkpoint = await log.checkpoint();
      return checkpoint && Buffer.from(checkpoint.note);
    }
    case "keys":
      return Buffer.from((await log.verifierKeys()).map((key) => `${key}\n`).join(""));
    case "tile":
      return log.tile(question);
    case "entries":
      return log.bundle(tenant, question.n, question.width);
  }
}
