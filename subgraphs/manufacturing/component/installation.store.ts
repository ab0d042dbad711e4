import DataLoader from "dataloader";
import { loadBy } from "../../../shared/load-by.ts";
import type { Page } from "../../../shared/page.ts";
import { columnsOf, selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, type Statement, statement } from "../../../shared/postgres/database.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { assertRowsPerStatement } from "../batch/rows-per-statement.ts";
import type { Membership } from "../production-group/production-group.ts";
import { InstallationEntity } from "./installation.entity.ts";
import type { RemovalEntity } from "./removal.entity.ts";

/** How an installation ended. */
export type RemovalRow = Omit<RemovalEntity, "tenant" | "installationId">;

/** An installation as read, with its end where one is known. */
export type InstallationRow = Omit<InstallationEntity, "tenant"> & { removal: RemovalRow | null };

/** Which installations: those now or at a time, or those ever; as known at a time, null: now. */
export interface AskedInstallations {
  membership: Membership;
  /** With CURRENT alone; null: now, that is, without a known removal. */
  at: Timestamp | null;
  knownAt: Timestamp | null;
}

/** On which side of an installation the item stands that is asked about. */
export type Side = "parent" | "child";

export interface InstallationQuestion extends AskedInstallations {
  side: Side;
  itemId: number;
}

const READ = columnsOf(InstallationEntity).flatMap(({ property }) =>
  property === "tenant" ? [] : [property],
);
/** For `FROM installation i LEFT JOIN removal r`. */
const COLUMNS = `${selectList(InstallationEntity, { prefix: "i.", only: READ })},
  r.removed_at AS "removedAt", r.recorded_at AS "removalRecordedAt", r.actor AS "removalActor",
  r.reason AS "removalReason", r.replaced_by AS "replacedBy"`;

interface Read extends Omit<InstallationEntity, "tenant"> {
  removedAt: Timestamp | null;
  removalRecordedAt: Timestamp;
  removalActor: string;
  removalReason: string;
  replacedBy: number | null;
}

/**
 * `installation i` with the removal that is known, for `$2` EVER or not, `$3` at and `$4` knownAt,
 * to be followed by what else a row must be: the one place that says which installations are meant.
 */
export const ASKED_INSTALLATIONS = `installation i LEFT JOIN removal r ON r.tenant = $1
    AND r.installation_id = i.installation_id
    AND ($4::timestamptz IS NULL OR r.recorded_at <= $4)
  WHERE i.tenant = $1 AND ($4::timestamptz IS NULL OR i.recorded_at <= $4)
    AND ($2::boolean OR CASE WHEN $3::timestamptz IS NULL THEN r.installation_id IS NULL
      ELSE i.installed_at <= $3 AND (r.removed_at IS NULL OR r.removed_at > $3) END)`;

/** The values of its parameters. */
export function askedParameters(
  tenant: string,
  { membership, at, knownAt }: AskedInstallations,
): unknown[] {
  return [tenant, membership === "EVER", at, knownAt];
}

const WITH_REMOVAL = `installation i LEFT JOIN removal r ON r.tenant = $1
  AND r.installation_id = i.installation_id`;

const BY_ID = statement(
  "installation_by_id",
  `SELECT ${COLUMNS} FROM ${WITH_REMOVAL}
   WHERE i.tenant = $1 AND i.installation_id = ANY ($2::bigint[])`,
);

const REPLACED_BY = statement(
  "installation_replaced_by",
  `SELECT installation_id AS "installationId", replaced_by AS "replacedBy" FROM removal
   WHERE tenant = $1 AND replaced_by = ANY ($2::bigint[])`,
);

function pages(side: Side, direction: "ASC" | "DESC"): Statement {
  return statement(
    `installations_of_${side}_${direction}`,
    `SELECT asked.item_id AS "askedId", page.* FROM unnest($5::bigint[]) AS asked (item_id)
     CROSS JOIN LATERAL (SELECT ${COLUMNS} FROM ${ASKED_INSTALLATIONS}
       AND i.${side}_id = asked.item_id AND i.installation_id > $6 AND i.installation_id < $7
       ORDER BY i.installation_id ${direction} LIMIT $8) page`,
  );
}

function counts(side: Side): Statement {
  return statement(
    `installation_count_of_${side}`,
    `SELECT asked.item_id AS "askedId", own.count FROM unnest($5::bigint[]) AS asked (item_id)
     CROSS JOIN LATERAL (SELECT count(*) AS count FROM ${ASKED_INSTALLATIONS}
       AND i.${side}_id = asked.item_id) own`,
  );
}

const BEYOND_ALL = Number.MAX_SAFE_INTEGER;
const ITEMS_PER_STATEMENT = 1_000;

/** All SQL that reads installations. Lives for one request. */
export class InstallationStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** As known now. */
  readonly byId = loadBy(
    async (ids: readonly number[]) =>
      (await this.sql.rows<Read>(BY_ID, [this.tenant, ids])).map(installationOf),
    ({ installationId }) => installationId,
  );

  /** By installation: the one whose place it took. */
  readonly replacedBy = loadBy(
    (ids: readonly number[]) =>
      this.sql.rows<{ installationId: number; replacedBy: number }>(REPLACED_BY, [
        this.tenant,
        ids,
      ]),
    ({ replacedBy }) => replacedBy,
  );

  /** The rows of a page and one beyond it, from the page's end. Answer them through `cutPage`. */
  readonly page = new DataLoader<InstallationQuestion & { page: Page }, InstallationRow[], string>(
    (keys) => alike(keys, (same) => this.pages(same)),
    { maxBatchSize: ITEMS_PER_STATEMENT, cacheKeyFn: (key) => JSON.stringify(key) },
  );

  readonly count = new DataLoader<InstallationQuestion, number, string>(
    (keys) => alike(keys, (same) => this.counts(same)),
    { maxBatchSize: ITEMS_PER_STATEMENT, cacheKeyFn: (key) => JSON.stringify(key) },
  );

  forget(): void {
    for (const loader of [this.byId, this.replacedBy, this.page, this.count]) loader.clearAll();
  }

  private async pages(
    keys: readonly [InstallationQuestion & { page: Page }, ...InstallationQuestion[]],
  ): Promise<InstallationRow[][]> {
    const [{ side, page, ...asked }] = keys;
    assertRowsPerStatement(keys.map(() => page.size));
    const rows = await this.sql.rows<Read & { askedId: number }>(
      pages(side, page.backward ? "DESC" : "ASC"),
      [
        ...askedParameters(this.tenant, asked),
        keys.map(({ itemId }) => itemId),
        ...[page.after ?? 0, page.before ?? BEYOND_ALL, page.size + 1],
      ],
    );
    const found = new Map<number, InstallationRow[]>(keys.map(({ itemId }) => [itemId, []]));
    for (const { askedId, ...row } of rows) found.get(askedId)?.push(installationOf(row));
    return keys.map(({ itemId }) => found.get(itemId) ?? []);
  }

  private async counts(
    keys: readonly [InstallationQuestion, ...InstallationQuestion[]],
  ): Promise<number[]> {
    const [{ side, ...asked }] = keys;
    const rows = await this.sql.rows<{ askedId: number; count: number }>(counts(side), [
      ...askedParameters(this.tenant, asked),
      keys.map(({ itemId }) => itemId),
    ]);
    const found = new Map(rows.map(({ askedId, count }) => [askedId, count]));
    return keys.map(({ itemId }) => found.get(itemId) ?? 0);
  }
}

function installationOf(read: Read): InstallationRow {
  const { removedAt, removalRecordedAt, removalActor, removalReason, replacedBy, ...own } = read;
  const removal =
    removedAt === null
      ? null
      : {
          removedAt,
          recordedAt: removalRecordedAt,
          actor: removalActor,
          reason: removalReason,
          replacedBy,
        };
  return { ...own, removal };
}

/** Answers together what differs in nothing but the item. */
async function alike<Key extends { itemId: number }, Answer>(
  keys: readonly Key[],
  answer: (same: readonly [Key, ...Key[]]) => Promise<Answer[]>,
): Promise<Answer[]> {
  const kinds = new Map<string, [Key, ...Key[]]>();
  for (const key of keys) {
    const kind = JSON.stringify({ ...key, itemId: 0 });
    const same = kinds.get(kind);
    if (same) same.push(key);
    else kinds.set(kind, [key]);
  }
  const answers = new Map<Key, Answer>();
  for (const same of kinds.values()) {
    const answered = await answer(same);
    same.forEach((key, place) => {
      const one = answered[place];
      if (one !== undefined) answers.set(key, one);
    });
  }
  return keys.map((key) => answers.get(key) as Answer);
}
