import DataLoader from "dataloader";
import { type Sql, type Statement, statement } from "../../../shared/postgres/database.ts";
import { isPlainText } from "../../../shared/text.ts";
import { assertRowsPerStatement } from "../batch/rows-per-statement.ts";
import { type DeviceRow, namedDevice } from "../device/device.store.ts";
import { LIMITS } from "../limits.ts";
import {
  BEYOND_ALL_DEVICES,
  columnOf,
  type MemberPage,
  type MemberQuestion,
  memberCountOfOne,
  memberCounts,
  NO_DEVICE,
  pageAndCountOfOne,
  pageOfOne,
  pagesOfMany,
  sharingParameters,
} from "./member-statements.store.ts";
import { type GroupKey, isGroupField, MEMBERSHIPS } from "./production-group.ts";

const GROUPS_WITH_MEMBERS = statement(
  "groups_with_members",
  // One probe of the index a group, however many members it has.
  `SELECT asked.field, asked.value FROM unnest($2::text[], $3::text[]) AS asked (field, value)
   WHERE EXISTS (SELECT FROM device_group g
     WHERE g.tenant = $1 AND g.field = asked.field AND g.value = asked.value OFFSET 0)`,
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
    /** The partner that asks, and is told of no more than what is shared with it; else null. */
    private readonly partner: string | null,
  ) {}

  /** Pages and counts together, so that those of one group can be read together. */
  private readonly asked = new DataLoader<MemberPage | MemberQuestion, Members, string>(
    (keys) => this.members(keys),
    { maxBatchSize: KEYS_PER_BATCH, cacheKeyFn: (key) => JSON.stringify(key) },
  );

  /** The rows of a page and one beyond it, from the page's end. Answer them through `cutPage`. */
  async page(question: MemberPage): Promise<DeviceRow[]> {
    return (await this.asked.load(question)).rows;
  }

  async count(question: MemberQuestion): Promise<number> {
    return (await this.asked.load(question)).count;
  }

  /** Whether any device that may be told of has the value, or ever had it. */
  readonly exists = new DataLoader<GroupKey, boolean, string>(
    (keys) => (this.partner === null ? this.existing(keys) : this.existingShared(keys)),
    { maxBatchSize: KEYS_PER_BATCH, cacheKeyFn: ({ field, value }) => `${field} ${value}` },
  );

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

  private get isShared(): boolean {
    return this.partner !== null;
  }

  private members(keys: readonly (MemberPage | MemberQuestion)[]): Promise<Members[]> {
    const [one, other, ...more] = keys;
    if (one && other && more.length === 0) {
      if (isPage(one) && isCountOf(other, one)) return this.pageAndCount(one);
      if (isPage(other) && isCountOf(one, other)) {
        return this.pageAndCount(other).then((both) => both.reverse());
      }
    }
    const kindOf = (key: MemberPage | MemberQuestion) =>
      `${key.field} ${key.membership}${isPage(key) ? ` ${key.page.backward} ${key.columns}` : ""}`;
    return inKinds(keys, kindOf, async (same) => {
      const pages = same.filter(isPage);
      if (pages.length > 0) return (await this.pages(pages)).map((rows) => ({ rows, count: 0 }));
      return (await this.counts(same)).map((count) => ({ rows: [], count }));
    });
  }

  /** A page of one group and how many devices the group has, in one statement. */
  private async pageAndCount(question: MemberPage): Promise<Members[]> {
    const found = await this.sql.rows<DeviceRow & { total: number }>(
      pageAndCountOfOne(question, this.isShared),
      this.parametersOfOne(question),
    );
    const count = found[0]?.total ?? 0;
    const isEmpty = found[0]?.deviceId === null;
    return [
      { rows: isEmpty ? [] : found.map(asRead(question)), count: 0 },
      { rows: [], count },
    ];
  }

  private async pages(keys: readonly MemberPage[]): Promise<DeviceRow[][]> {
    const [first] = keys;
    if (!first) return [];
    if (keys.length === 1 && first.values.length === 1) {
      const statement = pageOfOne(first, this.isShared);
      const rows = await this.sql.rows<DeviceRow>(statement, this.parametersOfOne(first));
      return [rows.map(asRead(first))];
    }
    assertRowsPerStatement(keys.map((key) => key.page.size));
    const asked = flatten(keys);
    const statement = pagesOfMany(first, this.isShared);
    const rows = await this.sql.rows<DeviceRow & { question: number }>(statement, [
      ...this.parameters(first.field, asked),
      asked.map(({ key }) => key.page.after ?? NO_DEVICE),
      asked.map(({ key }) => key.page.before ?? BEYOND_ALL_DEVICES),
      asked.map(({ key }) => key.page.size + 1),
      ...sharingParameters(first, this.partner),
    ]);
    const found: DeviceRow[][] = keys.map(() => []);
    const read = asRead(first);
    for (const { question, ...device } of rows) found[question]?.push(read(device));
    return found;
  }

  private async counts(keys: readonly [MemberQuestion, ...MemberQuestion[]]): Promise<number[]> {
    const [{ field, values, except }, ...more] = keys;
    if (more.length === 0 && values.length === 1) {
      const [row] = await this.sql.rows<{ count: number }>(
        memberCountOfOne(keys[0], this.isShared),
        [
          ...[this.tenant, field, values[0], except ?? NO_DEVICE],
          ...sharingParameters(keys[0], this.partner),
        ],
      );
      return [row?.count ?? 0];
    }
    const found = keys.map(() => 0);
    const rows = await this.sql.rows<{ question: number; count: number }>(
      memberCounts(keys[0], this.isShared),
      [
        ...this.parameters(keys[0].field, flatten(keys)),
        ...sharingParameters(keys[0], this.partner),
      ],
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

  /** What a partner may not count is not there for it, and what once was takes a shared history. */
  private existingShared(keys: readonly GroupKey[]): Promise<boolean[]> {
    return Promise.all(
      keys.map(async ({ field, value }) => {
        if (!isPlainText(value, LIMITS.groupValueCharacters)) return false;
        const counts = MEMBERSHIPS.map((membership) =>
          this.count({ field, membership, values: [value], except: null }),
        );
        return (await Promise.all(counts)).some((count) => count > 0);
      }),
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

  private parametersOfOne(question: MemberPage): unknown[] {
    const { field, values, except, page } = question;
    const bounds = [page.after ?? NO_DEVICE, page.before ?? BEYOND_ALL_DEVICES];
    const asked = [this.tenant, field, values[0], except ?? NO_DEVICE, ...bounds, page.size + 1];
    return [...asked, ...sharingParameters(question, this.partner)];
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

/** What was found of one question: the rows of a page, or a count. */
interface Members {
  rows: DeviceRow[];
  count: number;
}

function isPage(key: MemberPage | MemberQuestion): key is MemberPage {
  return "page" in key;
}

/** Whether the count is that of the one group that the page is of. */
function isCountOf(count: MemberPage | MemberQuestion, page: MemberPage): boolean {
  const isOfOne = page.values.length === 1 && count.values.length === 1;
  const isSame = (name: "field" | "membership" | "except") => count[name] === page[name];
  return (
    !isPage(count) &&
    isOfOne &&
    count.values[0] === page.values[0] &&
    isSame("field") &&
    isSame("membership") &&
    isSame("except")
  );
}

function asRead({ columns }: MemberPage): (row: DeviceRow) => DeviceRow {
  return columns === "NAMES" ? namedDevice : (row) => row;
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
