import DataLoader from "dataloader";
import type { Page } from "../../../shared/page.ts";
import { columnsOf } from "../../../shared/postgres/columns.ts";
import { type Sql, type Statement, statement } from "../../../shared/postgres/database.ts";
import { isPlainText } from "../../../shared/text.ts";
import { assertRowsPerStatement } from "../batch/rows-per-statement.ts";
import { DeviceEntity } from "../device/device.entity.ts";
import { DEVICE_COLUMNS, type DeviceRow } from "../device/device.store.ts";
import { LIMITS } from "../limits.ts";
import { type GroupKey, isGroupField, type Membership } from "./production-group.ts";

/** The devices of one or more groups of a field, but for one: what pages and counts are about. */
export interface MemberQuestion {
  field: string;
  membership: Membership;
  values: readonly string[];
  /** A device that is left out, because the question is about its siblings. */
  except: number | null;
}

type MemberPage = MemberQuestion & { page: Page };

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

/** Names the form of `membersOf`, for the names of prepared statements. */
function formOf({ field, membership }: MemberQuestion): string {
  if (membership === "EVER") return "ever";
  return isGroupField(field) ? columnOf(field) : "declared";
}

function columnOf(field: string): string {
  const known = columnsOf(DeviceEntity).find(({ property }) => property === field);
  if (!known) throw new Error(`${field} has no column`);
  return known.column;
}

const NO_DEVICE = 0;
const BEYOND_ALL_DEVICES = Number.MAX_SAFE_INTEGER;

/** One page of one group: reads no further than the page. */
function pageOfOne(question: MemberPage): Statement {
  const direction = question.page.backward ? "DESC" : "ASC";
  return statement(
    `members_${formOf(question)}_${direction}`,
    `SELECT ${DEVICE_COLUMNS} FROM device d WHERE d.tenant = $1 AND d.device_id IN (
       SELECT DISTINCT m.device_id FROM (${membersOf(question)}) m
       WHERE m.value = $3 AND m.device_id <> $4 AND m.device_id > $5 AND m.device_id < $6
       ORDER BY m.device_id ${direction} LIMIT $7)
     ORDER BY d.device_id ${direction}`,
  );
}

/** Pages of many questions at once; each goes through all members between its bounds. */
function pagesOfMany(question: MemberPage): Statement {
  const direction = question.page.backward ? "DESC" : "ASC";
  return statement(
    `members_many_${formOf(question)}_${direction}`,
    `SELECT p.question, ${DEVICE_COLUMNS} FROM (
       SELECT question, size, device_id, row_number() OVER (
         PARTITION BY question ORDER BY device_id ${direction}) AS place
       FROM (SELECT DISTINCT q.question, q.size, m.device_id
         FROM unnest($3::int[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::int[])
           AS q (question, value, left_out, after, before, size)
         JOIN (${membersOf(question)}) m ON m.value = q.value AND m.device_id <> q.left_out
           AND m.device_id > q.after AND m.device_id < q.before) asked
     ) p JOIN device d ON d.device_id = p.device_id AND d.tenant = $1
     WHERE p.place <= p.size ORDER BY p.question, d.device_id ${direction}`,
  );
}

function counts(question: MemberQuestion): Statement {
  return statement(
    `member_counts_${formOf(question)}`,
    `SELECT q.question, count(DISTINCT m.device_id) AS count
     FROM unnest($3::int[], $4::text[], $5::bigint[]) AS q (question, value, left_out)
     JOIN (${membersOf(question)}) m ON m.value = q.value AND m.device_id <> q.left_out
     GROUP BY q.question`,
  );
}

const GROUPS_WITH_MEMBERS = statement(
  "groups_with_members",
  `SELECT DISTINCT g.field, g.value FROM unnest($2::text[], $3::text[]) AS asked (field, value)
   JOIN device_group g ON g.field = asked.field AND g.value = asked.value WHERE g.tenant = $1`,
);

function everValues(field: string): Statement {
  const value = isGroupField(field) ? columnOf(field) : "attributes->>$3";
  return statement(
    `ever_values_${isGroupField(field) ? columnOf(field) : "declared"}`,
    `SELECT DISTINCT device_id AS "deviceId", ${value} AS value FROM device_revision
     WHERE tenant = $1 AND device_id = ANY($2::bigint[]) AND ${value} IS NOT NULL
       AND $3::text IS NOT NULL`,
  );
}

const KEYS_PER_BATCH = 1_000;

/** All SQL about production groups. Lives for one request. */
export class ProductionGroupStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** The rows of a page and one beyond it, from the page's end. Answer them through `cutPage`. */
  readonly page = new DataLoader<MemberPage, DeviceRow[], string>(
    (keys) =>
      inKinds(
        keys,
        (key) => `${kindOf(key)} ${key.page.backward}`,
        (same) => this.pages(same),
      ),
    { maxBatchSize: KEYS_PER_BATCH, cacheKeyFn: (key) => JSON.stringify(key) },
  );

  readonly count = new DataLoader<MemberQuestion, number, string>(
    (keys) => inKinds(keys, kindOf, (same) => this.counts(same)),
    { maxBatchSize: KEYS_PER_BATCH, cacheKeyFn: (key) => JSON.stringify(key) },
  );

  /** Whether any device ever had the value. */
  readonly exists = new DataLoader<GroupKey, boolean, string>((keys) => this.existing(keys), {
    maxBatchSize: KEYS_PER_BATCH,
    cacheKeyFn: ({ field, value }) => `${field} ${value}`,
  });

  /** The values that a device ever had in a grouping field. */
  readonly everValues = new DataLoader<{ deviceId: number; field: string }, string[], string>(
    (keys) =>
      inKinds(
        keys,
        ({ field }) => field,
        (same) => this.valuesOf(same),
      ),
    { maxBatchSize: KEYS_PER_BATCH, cacheKeyFn: ({ deviceId, field }) => `${deviceId} ${field}` },
  );

  private async pages(keys: readonly [MemberPage, ...MemberPage[]]): Promise<DeviceRow[][]> {
    const [first] = keys;
    const { field, values, except, page } = first;
    if (keys.length === 1 && values.length === 1) {
      const bounds = [page.after ?? NO_DEVICE, page.before ?? BEYOND_ALL_DEVICES];
      const parameters = [this.tenant, field, values[0], except ?? NO_DEVICE, ...bounds];
      return [await this.sql.rows<DeviceRow>(pageOfOne(first), [...parameters, page.size + 1])];
    }
    assertRowsPerStatement(keys.map((key) => key.page.size));
    const asked = flatten(keys);
    const rows = await this.sql.rows<DeviceRow & { question: number }>(pagesOfMany(first), [
      ...this.parameters(field, asked),
      asked.map(({ key }) => key.page.after ?? NO_DEVICE),
      asked.map(({ key }) => key.page.before ?? BEYOND_ALL_DEVICES),
      asked.map(({ key }) => key.page.size + 1),
    ]);
    const found: DeviceRow[][] = keys.map(() => []);
    for (const { question, ...device } of rows) found[question]?.push(device);
    return found;
  }

  private async counts(keys: readonly [MemberQuestion, ...MemberQuestion[]]): Promise<number[]> {
    const found = keys.map(() => 0);
    const rows = await this.sql.rows<{ question: number; count: number }>(
      counts(keys[0]),
      this.parameters(keys[0].field, flatten(keys)),
    );
    for (const { question, count } of rows) found[question] = count;
    return found;
  }

  private async existing(keys: readonly GroupKey[]): Promise<boolean[]> {
    // A text that PostgreSQL could not hold was nobody's value.
    const plain = keys.filter(({ value }) => isPlainText(value, LIMITS.groupValueCharacters));
    const rows = await this.sql.rows<GroupKey>(GROUPS_WITH_MEMBERS, [
      this.tenant,
      plain.map(({ field }) => field),
      plain.map(({ value }) => value),
    ]);
    return keys.map((key) =>
      rows.some(({ field, value }) => field === key.field && value === key.value),
    );
  }

  private async valuesOf(
    keys: readonly [{ deviceId: number; field: string }, ...{ deviceId: number; field: string }[]],
  ): Promise<string[][]> {
    const ids = keys.map(({ deviceId }) => deviceId);
    const parameters = [this.tenant, ids, keys[0].field];
    const rows = await this.sql.rows<{ deviceId: number; value: string }>(
      everValues(keys[0].field),
      parameters,
    );
    const values = new Map<number, string[]>(ids.map((id) => [id, []]));
    for (const { deviceId, value } of rows) values.get(deviceId)?.push(value);
    return ids.map((id) => values.get(id)?.sort() ?? []);
  }

  private parameters(
    field: string,
    asked: readonly { question: number; value: string; key: MemberQuestion }[],
  ): unknown[] {
    return [
      this.tenant,
      field,
      asked.map(({ question }) => question),
      asked.map(({ value }) => value),
      asked.map(({ key }) => key.except ?? NO_DEVICE),
    ];
  }
}

function kindOf({ field, membership }: MemberQuestion): string {
  return `${field} ${membership}`;
}

/** One row a value, numbered by its question. */
function flatten<Key extends MemberQuestion>(
  keys: readonly Key[],
): { question: number; value: string; key: Key }[] {
  return keys.flatMap((key, question) => key.values.map((value) => ({ question, value, key })));
}

/** Answers keys kind by kind, each kind with one statement; in the order of the keys. */
async function inKinds<Key, Answer>(
  keys: readonly Key[],
  kindOf: (key: Key) => string,
  answer: (same: readonly [Key, ...Key[]]) => Promise<Answer[]>,
): Promise<Answer[]> {
  const kinds = new Map<string, number[]>();
  keys.forEach((key, place) => {
    const places = kinds.get(kindOf(key));
    if (places) places.push(place);
    else kinds.set(kindOf(key), [place]);
  });
  const answers: Answer[] = [];
  await Promise.all(
    [...kinds.values()].map(async (places) => {
      const same = places.map((place) => keys[place]) as [Key, ...Key[]];
      const found = await answer(same);
      places.forEach((place, index) => {
        answers[place] = found[index] as Answer;
      });
    }),
  );
  return answers;
}
