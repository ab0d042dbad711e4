import DataLoader from "dataloader";
import type { PersonOf } from "../../../shared/ledger-store/person-keys.store.ts";
import { loadBy } from "../../../shared/load-by.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { isConnhexId } from "../identity/identity.ts";
import { enterOwnerships } from "../ledger/entries.store.ts";
import { committedReason, newReasonKey } from "../ledger/ownership-content.ts";
import {
  OWNER_COLUMNS,
  OWNER_TABLES,
  type OwnerRow,
  type OwnerStore,
} from "../owner/owner.store.ts";
import { toldOwnerships } from "../ownership-change/ownership-change.store.ts";
import type { CurrentOwnership, OwnershipChange } from "./ownership.ts";

/** Who has a device now, with the owner as read. `ownerId` is null after a release. */
export interface CurrentRow extends Omit<OwnerRow, "ownerId" | "kind"> {
  connhexId: string;
  ownershipId: number;
  ownerId: number | null;
  kind: OwnerRow["kind"] | null;
}

/** One ownership, from its change to the next one. */
export interface OwnershipRow {
  ownershipId: number;
  connhexId: string;
  ownerId: number;
  from: string;
  to: string | null;
  /** The change that ended it. */
  next: OwnershipChange | null;
}

const CURRENT_OWNER = `FROM ownership o
   LEFT JOIN owner w ON w.tenant = o.tenant AND w.owner_id = o.owner_id ${OWNER_TABLES}
   WHERE o.tenant = $1 AND o.connhex_id = ANY($2::text[])`;
const CURRENT = statement(
  "ownership_current",
  `SELECT true AS "isCurrent", o.ownership_id AS "ownershipId", o.connhex_id AS "connhexId",
     ${OWNER_COLUMNS} ${CURRENT_OWNER}`,
);
const PERIOD_COLUMNS = `r.ownership_id AS "ownershipId", r.connhex_id AS "connhexId",
  r.at AS "from", n.at AS "to", n.kind AS next`;
const PERIODS = `FROM ownership_revision r
  LEFT JOIN ownership_revision n
    ON n.tenant = r.tenant AND n.connhex_id = r.connhex_id AND n.revision = r.revision + 1`;
/** Who has some devices, and who has had some: oldest first. */
const CURRENT_AND_HISTORY = statement(
  "ownership_current_and_history",
  `SELECT true AS "isCurrent", o.revision, o.ownership_id AS "ownershipId",
     o.connhex_id AS "connhexId", o.since AS "from", NULL AS "to", NULL AS next, ${OWNER_COLUMNS}
   ${CURRENT_OWNER}
   UNION ALL
   SELECT false, r.revision, ${PERIOD_COLUMNS}, ${OWNER_COLUMNS} ${PERIODS}
   JOIN owner w ON w.tenant = r.tenant AND w.owner_id = r.owner_id ${OWNER_TABLES}
   WHERE r.tenant = $1 AND r.connhex_id = ANY($3::text[])
   ORDER BY "connhexId", revision`,
);
const BY_ID = statement(
  "ownership_by_id",
  `SELECT ${PERIOD_COLUMNS}, r.owner_id AS "ownerId" ${PERIODS}
   WHERE r.tenant = $1 AND r.ownership_id = ANY($2::bigint[]) AND r.owner_id IS NOT NULL`,
);
const OWNED_BY = statement(
  "ownership_owned_by",
  `SELECT o.connhex_id AS "connhexId" FROM ownership o
   JOIN owner w ON w.tenant = o.tenant AND w.owner_id = o.owner_id
   WHERE o.tenant = $1 AND w.subject = $2 AND o.connhex_id = ANY($3::text[])`,
);
const COUNTRIES = statement(
  "ownership_countries",
  `SELECT w.country, count(*) AS count FROM unnest($2::text[]) AS asked (connhex_id)
   LEFT JOIN ownership o ON o.tenant = $1 AND o.connhex_id = asked.connhex_id
   LEFT JOIN owner w ON w.tenant = $1 AND w.owner_id = o.owner_id
   GROUP BY w.country`,
);
const LOCK = statement(
  "ownership_lock",
  `SELECT o.connhex_id AS "connhexId", o.ownership_id AS "ownershipId",
     o.owner_id AS "ownerId", o.revision,
     (SELECT w.subject FROM owner w WHERE w.tenant = o.tenant AND w.owner_id = o.owner_id)
       AS "ownerSubject"
   FROM ownership o WHERE o.tenant = $1 AND o.connhex_id = $2 FOR UPDATE`,
);
/** Of concurrent registrations, one finds the device without an owner. */
const REGISTER = statement(
  "ownership_register",
  `WITH saved AS (
     INSERT INTO ownership AS o (tenant, connhex_id, ownership_id, owner_id, revision, since)
     VALUES ($1, $2, $3, $4, 1, clock_timestamp())
     ON CONFLICT (tenant, connhex_id) DO UPDATE SET
       ownership_id = EXCLUDED.ownership_id, owner_id = EXCLUDED.owner_id,
       revision = o.revision + 1,
       since = greatest(clock_timestamp(), o.since + interval '1 microsecond')
     WHERE o.owner_id IS NULL
     RETURNING *
   ), ${toldOwnerships("saved")}, noted AS (
     INSERT INTO ownership_revision
       (tenant, connhex_id, revision, ownership_id, kind, owner_id, at, actor, reason, reason_key)
     SELECT tenant, connhex_id, revision, ownership_id, 'REGISTERED', owner_id, since, $5, $6, $7
     FROM saved RETURNING *
   ), entered AS (${enterOwnerships({ from: "noted r", actor: "$8::text", reason: "$9::text" })})
   SELECT at FROM noted`,
);
const CHANGE = statement(
  "ownership_change",
  `WITH saved AS (
     UPDATE ownership SET ownership_id = $4, owner_id = $5, revision = revision + 1,
       since = greatest(clock_timestamp(), since + interval '1 microsecond')
     WHERE tenant = $1 AND connhex_id = $2 AND revision = $3
     RETURNING *
   ), ${toldOwnerships("saved")}, noted AS (
     INSERT INTO ownership_revision
       (tenant, connhex_id, revision, ownership_id, kind, owner_id, at, actor, reason, reason_key)
     SELECT tenant, connhex_id, revision, ownership_id, $6, owner_id, since, $7, $8, $9
     FROM saved RETURNING *
   ), entered AS (${enterOwnerships({ from: "noted r", actor: "$10::text", reason: "$11::text" })})
   SELECT at FROM noted`,
);

/** A country of owners, and how many devices they have of those that were asked about. */
export interface OwnerCountry {
  country: string | null;
  count: number;
}

/** What is asked of a device: who has it, or who has had it. */
interface Question {
  about: "CURRENT" | "HISTORY";
  connhexId: string;
}
type ReadRow = CurrentRow & Omit<OwnershipRow, "ownerId"> & { isCurrent: boolean };

const QUESTIONS_PER_BATCH = 1_000;

/** Who changes an ownership, and why. */
export interface ChangeNote {
  actor: string;
  reason: string | null;
}

/** All SQL about who has which device. Lives for one request. */
export class OwnershipStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
    private readonly owners: OwnerStore,
    private readonly personOf: PersonOf,
  ) {}

  /** Both questions together, so that one statement can answer them. */
  private readonly asked = new DataLoader<Question, ReadRow[], string>(
    (questions) => this.read(questions),
    {
      maxBatchSize: QUESTIONS_PER_BATCH,
      cacheKeyFn: ({ about, connhexId }) => `${about} ${connhexId}`,
    },
  );

  currentOf(connhexId: string): Promise<CurrentRow | null> {
    return this.asked.load({ about: "CURRENT", connhexId }).then(([row]) => row ?? null);
  }

  /** Oldest first. The owners come with it: asking for their names costs no other statement. */
  async historyOf(connhexId: string): Promise<readonly OwnershipRow[]> {
    return (await this.asked.load({ about: "HISTORY", connhexId })) as OwnershipRow[];
  }

  readonly byId = loadBy(
    (ids: readonly number[]) => this.sql.rows<OwnershipRow>(BY_ID, [this.tenant, ids]),
    ({ ownershipId }) => ownershipId,
  );

  private async read(questions: readonly Question[]): Promise<ReadRow[][]> {
    const idsOf = (asked: Question["about"]) =>
      questions.flatMap(({ about, connhexId }) =>
        about === asked && isConnhexId(connhexId) ? [connhexId] : [],
      );
    const [current, history] = [idsOf("CURRENT"), idsOf("HISTORY")];
    const found = new Map<string, ReadRow[]>();
    for (const row of await this.rowsOf(current, history)) {
      if (row.ownerId !== null) this.owners.note(row as OwnerRow);
      const key = `${row.isCurrent ? "CURRENT" : "HISTORY"} ${row.connhexId}`;
      const rows = found.get(key);
      if (rows) rows.push(row);
      else found.set(key, [row]);
    }
    return questions.map(({ about, connhexId }) => found.get(`${about} ${connhexId}`) ?? []);
  }

  private async rowsOf(current: string[], history: string[]): Promise<ReadRow[]> {
    if (history.length > 0) {
      return this.sql.rows<ReadRow>(CURRENT_AND_HISTORY, [this.tenant, current, history]);
    }
    return current.length > 0 ? this.sql.rows<ReadRow>(CURRENT, [this.tenant, current]) : [];
  }

  async ownedBy(subject: string, connhexIds: readonly string[]): Promise<string[]> {
    const possible = connhexIds.filter(isConnhexId);
    const rows = await this.sql.rows<OwnershipRow>(OWNED_BY, [this.tenant, subject, possible]);
    return rows.map(({ connhexId }) => connhexId);
  }

  /** How many of these devices have their owner in which country; null: in none that is known. */
  async countries(connhexIds: readonly string[]): Promise<OwnerCountry[]> {
    return this.sql.rows<OwnerCountry>(COUNTRIES, [this.tenant, connhexIds.filter(isConnhexId)]);
  }

  /** Reads who has the device and holds the row until the transaction ends. */
  async lock(connhexId: string): Promise<CurrentOwnership | null> {
    const [row] = await this.sql.rows<CurrentOwnership>(LOCK, [this.tenant, connhexId]);
    return row ?? null;
  }

  /** Gives a device that is nobody's to this owner; null where it is somebody's. */
  async register(
    {
      connhexId,
      ownershipId,
      ownerId,
    }: { connhexId: string; ownershipId: number; ownerId: number },
    note: ChangeNote,
  ): Promise<OwnershipRow | null> {
    const values = [this.tenant, connhexId, ownershipId, ownerId, ...(await this.noted(note))];
    const [row] = await this.sql.rows<{ at: string }>(REGISTER, values);
    return row ? { connhexId, ownershipId, ownerId, from: row.at, to: null, next: null } : null;
  }

  /** Writes the next revision of a locked ownership. Answers when it happened. */
  async change(
    { connhexId, revision }: CurrentOwnership,
    next: { ownershipId: number; ownerId: number | null },
    note: ChangeNote,
  ): Promise<string> {
    const kind: OwnershipChange = next.ownerId === null ? "RELEASED" : "TRANSFERRED";
    const { ownershipId, ownerId } = next;
    const values = [this.tenant, connhexId, revision, ownershipId, ownerId, kind];
    const noted = await this.noted(note);
    const [row] = await this.sql.rows<{ at: string }>(CHANGE, [...values, ...noted]);
    if (!row) throw new Error("a locked ownership is gone");
    return row.at;
  }

  /** Who and why, as the row has them and as its entry does. */
  private async noted({ actor, reason }: ChangeNote) {
    const person = await this.personOf(actor);
    const reasonKey = newReasonKey(reason);
    const committed = committedReason({ reason, reasonKey }, person);
    return [actor, reason, reasonKey, person.actor, committed];
  }
}
