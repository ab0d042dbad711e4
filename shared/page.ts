import { createHash } from "node:crypto";
import { DomainError } from "./domain-error.ts";

/** The most items of one page. */
export const PAGE_SIZE_MOST = 1_000;

/** The paging arguments of a connection, as Relay's Cursor Connections Specification names them. */
export interface PageArguments {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

/** A page to read by key: `size` rows beyond `after` and before `before`, from one end. */
export interface Page {
  size: number;
  /** false: the first `size` rows of the range in rising order; true: the last ones. */
  backward: boolean;
  /** Exclusive lower bound of the key. */
  after: number | null;
  /** Exclusive upper bound of the key. */
  before: number | null;
  /** The question that the cursors belong to. */
  question: string;
}

/** One page of rows in rising key order, as read. */
export interface PageOf<Row> {
  rows: readonly Row[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

/** Checks the arguments. `question` names what is listed, so that a cursor of another list is refused. */
export function readPage(
  { first, after, last, before }: PageArguments,
  question: string,
  sizeIfUnset = 50,
): Page {
  if (first != null && last != null) {
    throw new DomainError("BAD_USER_INPUT", "give first or last, not both");
  }
  const backward = last != null;
  const size = last ?? first ?? sizeIfUnset;
  assertPageSize(size);
  return {
    size,
    backward,
    after: after == null ? null : keyOfCursor(after, question),
    before: before == null ? null : keyOfCursor(before, question),
    question,
  };
}

export function assertPageSize(size: number): void {
  if (Number.isInteger(size) && size >= 1 && size <= PAGE_SIZE_MOST) return;
  const figures = { limit: "items", most: PAGE_SIZE_MOST, asked: size };
  const text = `a page has 1 to ${PAGE_SIZE_MOST} items, not ${size}`;
  throw new DomainError("PAGE_SIZE_OUT_OF_RANGE", text, figures);
}

/** Cuts the one row that was read beyond the page, and says what lies on either side of it. */
export function cutPage<Row>(page: Page, read: readonly Row[]): PageOf<Row> {
  const more = read.length > page.size;
  if (page.backward) {
    const rows = read.slice(0, page.size).reverse();
    return { rows, hasPreviousPage: more, hasNextPage: page.before !== null };
  }
  return {
    rows: more ? read.slice(0, page.size) : read,
    hasNextPage: more,
    hasPreviousPage: page.after !== null,
  };
}

/** An opaque cursor: the key, bound to its question. */
export function cursorOf(key: number, question: string): string {
  return Buffer.from(`${key}.${fingerprint(question)}`).toString("base64url");
}

function keyOfCursor(cursor: string, question: string): number {
  const text = cursor.length > 200 ? "" : Buffer.from(cursor, "base64url").toString();
  const [, key, mark] = /^([0-9]{1,16})\.([A-Za-z0-9_-]+)$/.exec(text) ?? [];
  if (key === undefined || mark !== fingerprint(question)) {
    throw new DomainError("INVALID_CURSOR", "this cursor does not belong to this list");
  }
  return Number(key);
}

const fingerprints = new Map<string, string>();

function fingerprint(question: string): string {
  let mark = fingerprints.get(question);
  if (mark === undefined) {
    mark = createHash("sha256").update(question).digest("base64url").slice(0, 8);
    if (fingerprints.size > 10_000) fingerprints.clear();
    fingerprints.set(question, mark);
  }
  return mark;
}
