import type { ServerResponse } from "node:http";
import { sendJson } from "../http.ts";
import { NUMBER_MOST } from "../ledger/strict-text.ts";
import { TILE_WIDTH } from "../ledger/tiles.ts";
import type { PublishedLog } from "../ledger-store/ledger.ts";
import { askPublished, type LogQuestion } from "../ledger-store/log-question.ts";
import type { Vouched } from "./service-token.ts";

/** The route on which the gateway reads a subgraph's log. */
export const LOG_PATH = "/log";

const LEVEL_MOST = 63;

/** The question as JSON has it: numbers of any size are text. */
export function logQuestionBody(question: LogQuestion): string {
  const numbers = "n" in question ? { n: String(question.n) } : {};
  return JSON.stringify({ log: { ...question, ...numbers } });
}

/** What the gateway asks with; null where it is something else. */
export function readLogRequest(body: object): LogQuestion | null {
  const { log: asked } = body as { log?: unknown };
  if (typeof asked !== "object" || asked === null) return null;
  const { kind, level, n, width } = asked as Record<string, unknown>;
  if (kind === "checkpoint" || kind === "keys") return { kind };
  const place = readPlace(n, width);
  if (!place) return null;
  if (kind === "entries") return { kind, ...place };
  return kind === "tile" && isWithin(level, LEVEL_MOST) ? { kind, level, ...place } : null;
}

function readPlace(n: unknown, width: unknown): { n: bigint; width: number } | null {
  if (typeof n !== "string" || !/^(?:0|[1-9]\d{0,18})$/.test(n)) return null;
  if (!isWithin(width, TILE_WIDTH) || width === 0) return null;
  const place = BigInt(n);
  return place <= NUMBER_MOST / BigInt(TILE_WIDTH) ? { n: place, width } : null;
}

function isWithin(value: unknown, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;
}

/** Answers from the log: its name, and the bytes in base64. */
export async function answerLog(
  log: PublishedLog,
  { caller, question }: Vouched & { question: LogQuestion },
  response: ServerResponse,
): Promise<void> {
  const { data, ...answer } = await askPublished(log)(caller.tenant, question);
  sendJson(response, 200, { ...answer, data: data?.toString("base64") ?? null });
}
