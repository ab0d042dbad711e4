import type { TenantSql } from "../postgres/database.ts";
import type { Timestamp } from "../time.ts";
import type { Event, EventPage, EventsQuestion, PlacedEvent } from "./event.ts";
import {
  type FeedPosition,
  markOf,
  positionText,
  positionTooOld,
  readPosition,
  unknownPosition,
} from "./feed-position.ts";
import { EVENT_LIMITS } from "./limits.ts";
import {
  type FeedHead,
  type FeedRow,
  type FeedStatements,
  NumberedFeedStore,
} from "./numbered-feed.store.ts";

/** An event of a row, by the row's list of them. */
export interface EventOf<Columns> {
  row: FeedRow<Columns>;
  index: number;
}

/** Where a service's feed comes from. */
export interface FeedSource<Columns> {
  sql: TenantSql;
  tenant: string;
  statements: FeedStatements;
  /** Makes the events, in the order in which they are named. */
  expand(named: readonly EventOf<Columns>[]): Promise<Event[]>;
}

/** Reads a page of one tenant's events. Throws INVALID_CURSOR or POSITION_TOO_OLD. */
export async function readEvents<Columns>(
  source: FeedSource<Columns>,
  { begin, limit }: EventsQuestion,
): Promise<EventPage> {
  const store = new NumberedFeedStore<Columns>(source.sql, source.tenant, source.statements);
  const at = "after" in begin ? readPosition(begin.after) : null;
  const enough = at && limit > 0 ? at.number + limit + 1 : Number.POSITIVE_INFINITY;
  const head = await store.numberTo(enough);
  const from = at ?? (await beginning(store, head, (begin as { from: Timestamp }).from));
  if (from.number < head.removedTo) throw positionTooOld();
  if (from.number > head.last) throw unknownPosition();
  if (at === null && limit === 0) {
    const position = await settled(store, source.tenant, from);
    const hasMore = from.number < head.last || head.isBehind;
    return { events: [], begin: position, position, hasMore };
  }
  const rows = await store.rows(from.number, Math.max(limit, 1));
  assertUnbroken(from.number, rows, head);
  if (at) assertMark(source.tenant, at, { rows, head });
  const named = rows
    .flatMap((row) => row.revisions.map((_, index) => ({ row, index })))
    .filter(({ row, index }) => numberOf(row, index) > from.number)
    .slice(0, limit);
  const made = await source.expand(named);
  if (made.length !== named.length) throw new Error("a change is told of what is not recorded");
  const events = made.flatMap((event, place): PlacedEvent[] => {
    const at = named[place];
    if (!at) return [];
    const position = { number: numberOf(at.row, at.index), mark: markOf(source.tenant, at.row) };
    return [{ event, position: positionText(position) }];
  });
  const begins = await settled(store, source.tenant, from);
  const position = events.at(-1)?.position ?? begins;
  const reached = named.at(-1);
  const last = reached ? numberOf(reached.row, reached.index) : from.number;
  return { events, begin: begins, position, hasMore: last < head.last || head.isBehind };
}

function numberOf({ endsAt, revisions }: FeedRow<unknown>, index: number): number {
  return endsAt - revisions.length + index + 1;
}

/** Where reading begins that goes on from nothing. */
async function beginning<Columns>(
  store: NumberedFeedStore<Columns>,
  head: FeedHead,
  from: Timestamp | "OLDEST" | "END",
): Promise<FeedPosition> {
  if (from === "OLDEST") return { number: head.removedTo, mark: "" };
  if (from === "END") return { number: head.last, mark: "" };
  const number = await store.endBefore(from, head);
  const isGone = number === head.removedTo && head.removedTo > 0;
  if (isGone && Date.parse(from) <= Date.now() - EVENT_LIMITS.keptMs) throw positionTooOld();
  return { number, mark: "" };
}

/** Rows may have been removed while this page was read. */
function assertUnbroken(
  number: number,
  [first]: readonly FeedRow<unknown>[],
  { last }: FeedHead,
): void {
  const begins = first ? first.endsAt - first.revisions.length : last;
  if (begins > number) throw positionTooOld();
}

/** What was given out says which row it was given out for; once that is removed nobody can tell. */
function assertMark(
  tenant: string,
  at: FeedPosition,
  { rows: [first], head }: { rows: readonly FeedRow<unknown>[]; head: FeedHead },
): void {
  if (at.number === 0 || at.number === head.removedTo) return;
  const isHeld = first && first.endsAt - first.revisions.length < at.number;
  if (!isHeld || markOf(tenant, first) !== at.mark) throw unknownPosition();
}

/** The text of the position where a page begins. */
async function settled<Columns>(
  store: NumberedFeedStore<Columns>,
  tenant: string,
  { number, mark }: FeedPosition,
): Promise<string> {
  if (number === 0 || mark !== "") return positionText({ number, mark });
  const row = await store.rowAt(number);
  const isHeld = row && row.beginsAt < number;
  // Its row is removed: any mark is as good, for nobody can compare it.
  return positionText({ number, mark: isHeld ? markOf(tenant, row) : "0".repeat(12) });
}
