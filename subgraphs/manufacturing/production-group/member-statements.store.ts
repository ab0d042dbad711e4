import type { Page } from "../../../shared/page.ts";
import { columnsOf } from "../../../shared/postgres/columns.ts";
import { type Statement, statement } from "../../../shared/postgres/database.ts";
import { DeviceEntity } from "../device/device.entity.ts";
import { COLUMNS_TO_READ, type DeviceColumns } from "../device/device.store.ts";
import { isSharedWith } from "../share/share-predicate.store.ts";
import { namesForGroup } from "../share/shared-fields.ts";
import { type GroupKey, isGroupField, type Membership } from "./production-group.ts";

/** The devices of one or more groups of a field, but for one: what pages and counts are about. */
export interface MemberQuestion {
  field: string;
  membership: Membership;
  values: readonly string[];
  /** A device that is left out, because the question is about its siblings. */
  except: number | null;
}

export type MemberPage = MemberQuestion & { page: Page; columns: DeviceColumns };

/** `SELECT device_id, value` of every member, in one of three forms; $2 is the field, where used. */
function membersOf({ field, membership }: MemberQuestion): string {
  if (membership === "EVER") {
    return "SELECT device_id, value FROM device_group WHERE tenant = $1 AND field = $2";
  }
  if (isGroupField(field)) {
    const column = columnOf(field);
    // The field is named so that all forms have the same parameters.
    return `SELECT device_id, ${column} AS value FROM device
      WHERE tenant = $1 AND ${column} IS NOT NULL AND $2::text IS NOT NULL`;
  }
  return `SELECT g.device_id, g.value FROM device_group g
    JOIN device d ON d.device_id = g.device_id AND d.tenant = $1
    WHERE g.tenant = $1 AND g.field = $2 AND d.attributes->>$2 = g.value`;
}

/**
 * The members that a question may tell of: all of them, or those whose value is shared with a
 * partner. Then $`at` is the partner, and the parameters behind it are the names that must be shared.
 */
function membersToldOf(question: MemberQuestion, at: number | null): string {
  if (at === null) return membersOf(question);
  const names = namesForGroup(question.field, question.membership);
  const isShared = names.map((_, index) => isSharedWith(`$${at}`, `$${at + 1 + index}`));
  return `SELECT o.device_id, o.value FROM (${membersOf(question)}) o
    JOIN device d ON d.tenant = $1 AND d.device_id = o.device_id WHERE ${isShared.join(" AND ")}`;
}

/** The parameters behind a statement's own ones, where it is asked for a partner. */
export function sharingParameters(
  { field, membership }: MemberQuestion,
  partner: string | null,
): unknown[] {
  return partner === null ? [] : [partner, ...namesForGroup(field, membership)];
}

/** One group as a set of devices: `$2` is its field, `$3` its value, `$4` the partner that asks. */
export function devicesOfGroup(
  { field, value, membership }: GroupKey & { membership: Membership },
  partner: string | null,
): { text: string; parameters: readonly unknown[] } {
  const question = { field, membership, values: [value], except: null };
  const members = membersToldOf(question, partner === null ? null : 4);
  return {
    text: `SELECT m.device_id FROM (${members}) m WHERE m.value = $3`,
    parameters: [field, value, ...sharingParameters(question, partner)],
  };
}

/** Names the form of `membersToldOf`, for the names of prepared statements. */
function formOf({ field, membership }: MemberQuestion, isShared: boolean): string {
  const members =
    membership === "EVER" ? "ever" : isGroupField(field) ? columnOf(field) : "declared";
  return isShared ? `${members}_shared` : members;
}

const COLUMNS = new Map(columnsOf(DeviceEntity).map(({ property, column }) => [property, column]));

export function columnOf(field: string): string {
  const column = COLUMNS.get(field);
  if (column === undefined) throw new Error(`${field} has no column`);
  return column;
}

/** There is one statement for each form of a question, whose text is put together once. */
const known = new Map<string, Statement>();

function knownStatement(name: string, text: () => string): Statement {
  const before = known.get(name);
  if (before) return before;
  const made = statement(name, text());
  known.set(name, made);
  return made;
}

/** Bounds beyond which no device lies. */
export const NO_DEVICE = 0;
export const BEYOND_ALL_DEVICES = Number.MAX_SAFE_INTEGER;

/** One page of one group: reads no further than the page. */
export function pageOfOne(question: MemberPage, isShared: boolean): Statement {
  return knownStatement(`members_${nameOfPage(question, isShared)}`, () =>
    textOfPage(question, isShared),
  );
}

/**
 * The same with how many devices the group has, in `total` of each row. Where the page is empty
 * there is one row, and no device in it.
 */
export function pageAndCountOfOne(question: MemberPage, isShared: boolean): Statement {
  return knownStatement(
    `members_counted_${nameOfPage(question, isShared)}`,
    () => `SELECT counted.total, paged.* FROM (
       SELECT ${countOf(question)} AS total
       FROM (${membersToldOf(question, isShared ? 8 : null)}) m
       WHERE m.value = $3 AND m.device_id <> $4) counted
     LEFT JOIN (${textOfPage(question, isShared)}) paged ON true
     ORDER BY paged."deviceId" ${directionOf(question)}`,
  );
}

function textOfPage(question: MemberPage, isShared: boolean): string {
  const direction = directionOf(question);
  return `SELECT ${COLUMNS_TO_READ[question.columns]} FROM device d WHERE d.tenant = $1 AND d.device_id IN (
       SELECT DISTINCT m.device_id FROM (${membersToldOf(question, isShared ? 8 : null)}) m
       WHERE m.value = $3 AND m.device_id <> $4 AND m.device_id > $5 AND m.device_id < $6
       ORDER BY m.device_id ${direction} LIMIT $7)
     ORDER BY d.device_id ${direction}`;
}

function nameOfPage(question: MemberPage, isShared: boolean): string {
  return `${formOf(question, isShared)}_${directionOf(question)}_${question.columns}`;
}

function directionOf({ page }: MemberPage): "ASC" | "DESC" {
  return page.backward ? "DESC" : "ASC";
}

/** Pages of many questions at once; each goes through all members between its bounds. */
export function pagesOfMany(question: MemberPage, isShared: boolean): Statement {
  const direction = directionOf(question);
  return knownStatement(
    `members_many_${nameOfPage(question, isShared)}`,
    () => `SELECT p.question, ${COLUMNS_TO_READ[question.columns]} FROM (
       SELECT question, size, device_id, row_number() OVER (
         PARTITION BY question ORDER BY device_id ${direction}) AS place
       FROM (SELECT DISTINCT q.question, q.size, m.device_id
         FROM unnest($3::int[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::int[])
           AS q (question, value, left_out, after, before, size)
         JOIN (${membersToldOf(question, isShared ? 9 : null)}) m ON m.value = q.value AND m.device_id <> q.left_out
           AND m.device_id > q.after AND m.device_id < q.before) asked
     ) p JOIN device d ON d.device_id = p.device_id AND d.tenant = $1
     WHERE p.place <= p.size ORDER BY p.question, d.device_id ${direction}`,
  );
}

/** How many devices one group has: the index gives them in their order, each counted once. */
export function memberCountOfOne(question: MemberQuestion, isShared: boolean): Statement {
  return knownStatement(
    `member_count_of_one_${formOf(question, isShared)}`,
    () => `SELECT ${countOf(question)} AS count
     FROM (${membersToldOf(question, isShared ? 5 : null)}) m
     WHERE m.value = $3 AND m.device_id <> $4`,
  );
}

/** A device has one value now, and may have had the same one several times. */
function countOf({ field, membership }: MemberQuestion): string {
  const isOnce = membership === "CURRENT" && isGroupField(field);
  return isOnce ? "count(*)" : "count(DISTINCT m.device_id)";
}

/** How many devices each of many questions is about. */
export function memberCounts(question: MemberQuestion, isShared: boolean): Statement {
  return knownStatement(
    `member_counts_${formOf(question, isShared)}`,
    () => `SELECT q.question, count(DISTINCT m.device_id) AS count
     FROM unnest($3::int[], $4::text[], $5::bigint[]) AS q (question, value, left_out)
     JOIN (${membersToldOf(question, isShared ? 6 : null)}) m ON m.value = q.value AND m.device_id <> q.left_out
     GROUP BY q.question`,
  );
}
