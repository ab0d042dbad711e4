import { DomainError } from "../../shared/domain-error.ts";
import type { EventsQuestion } from "../../shared/events/event.ts";
import { parseTimestamp, type Timestamp } from "../../shared/time.ts";
import { FEED } from "./limits.ts";

/** Each subgraph's position, by its name. */
export type Positions = ReadonlyMap<string, string>;

/** Where one begins to read: after a position, or from a time, the oldest event or the end on. */
export type FeedBegin = Positions | Timestamp | "OLDEST" | "END";

/** The positions of all subgraphs as one text. Opaque to clients, and untrusted when it comes back. */
export function feedPosition(positions: Positions): string {
  const parts = [...positions].map(([name, position]) => `${name}:${position}`);
  return Buffer.from(["1", ...parts].join(" ")).toString("base64url");
}

/** Reads what `feedPosition` made; each subgraph checks its own part. */
export function readFeedPosition(text: string): Positions {
  const isPossible = text.length <= FEED.positionCharacters && /^[\w-]+$/.test(text);
  const plain = isPossible ? Buffer.from(text, "base64url").toString("latin1") : "";
  const [version, ...parts] = plain.split(" ");
  const positions = new Map<string, string>();
  for (const part of parts) {
    const [, name, position] = /^([a-z]{1,40}):([0-9a-f-]{1,64})$/.exec(part) ?? [];
    if (name === undefined || position === undefined || positions.has(name)) throw noPosition();
    positions.set(name, position);
  }
  if (version !== "1" || positions.size === 0 || feedPosition(positions) !== text) {
    throw noPosition();
  }
  return positions;
}

/** Reads where to begin, as it is written: a position, a time, `now`, or `oldest` or nothing. */
export function readFeedBegin(text: string | null): FeedBegin {
  if (text === null || text === "" || text === "oldest") return "OLDEST";
  if (text === "now") return "END";
  if (!text.includes(":")) return readFeedPosition(text);
  const time = parseTimestamp(text);
  if (time !== null) return time;
  const message = "after is a position, a time like 2026-01-31T08:00:00Z, or now";
  throw new DomainError("BAD_USER_INPUT", message, { argument: "after" });
}

/** Where one subgraph's part begins. One that the position does not know yet is told from its start. */
export function beginOf(begin: FeedBegin, subgraph: string): EventsQuestion["begin"] {
  if (typeof begin === "string") return { from: begin };
  const after = begin.get(subgraph);
  return after === undefined ? { from: "OLDEST" } : { after };
}

function noPosition(): DomainError {
  return new DomainError("INVALID_CURSOR", "this position was not given out for this feed");
}
