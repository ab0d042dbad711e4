import { createHash } from "node:crypto";
import { DomainError } from "../domain-error.ts";
import type { Timestamp } from "../time.ts";
import { EVENT_LIMITS } from "./limits.ts";

/**
 * A place in one service's events: so many of them lie before it. The mark is made of the row that
 * holds the last of them, so that neither a made-up number, nor one of another tenant, nor one from
 * before the database was restored to an earlier state passes for a position.
 */
export interface FeedPosition {
  number: number;
  /** Empty where nothing lies before it. */
  mark: string;
}

/** The row of the feed that holds the event with this number. */
export interface MarkedRow {
  endsAt: number;
  recordedAt: Timestamp;
}

const MARK_CHARACTERS = 12;

export function markOf(tenant: string, { endsAt, recordedAt }: MarkedRow): string {
  const text = `${tenant} ${endsAt} ${recordedAt}`;
  return createHash("sha256").update(text).digest("hex").slice(0, MARK_CHARACTERS);
}

export function positionText({ number, mark }: FeedPosition): string {
  return mark === "" ? `${number}` : `${number}-${mark}`;
}

/** Reads a position. Whoever sends something else made it up. */
export function readPosition(text: string): FeedPosition {
  const isShort = text.length <= EVENT_LIMITS.positionCharacters;
  const [, digits, mark = ""] = (isShort && /^(\d{1,15})(?:-([0-9a-f]{12}))?$/.exec(text)) || [];
  if (digits === undefined || (mark === "") !== (Number(digits) === 0)) throw unknownPosition();
  return { number: Number(digits), mark };
}

export function unknownPosition(): DomainError {
  return new DomainError("INVALID_CURSOR", "this position was not given out for this feed");
}

export function positionTooOld(): DomainError {
  const days = EVENT_LIMITS.keptMs / (24 * 60 * 60_000);
  const text = `events are kept for ${days} days, and some after this position are gone`;
  return new DomainError("POSITION_TOO_OLD", text, { keptDays: days });
}
