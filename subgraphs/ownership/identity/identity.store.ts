import type { PersonOf } from "../../../shared/ledger-store/person-keys.store.ts";
import { loadBy, loadManyBy } from "../../../shared/load-by.ts";
import { selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { enterIdentities } from "../ledger/entries.store.ts";
import { toldIdentities } from "../ownership-change/ownership-change.store.ts";
import type { Attempts } from "../secret/attempts.ts";
import { CloudIdentityEntity } from "./identity.entity.ts";
import { type CloudIdentityState, isConnhexId } from "./identity.ts";
import { CloudIdentityRevisionEntity } from "./identity-revision.entity.ts";

/** A cloud identity as read; its secrets' hashes stay in the table. */
export type IdentityRow = Pick<
  CloudIdentityEntity,
  | "connhexId"
  | "serialNumber"
  | "state"
  | "revision"
  | "provisionedAt"
  | "name"
  | "model"
  | "isProtected"
  | "refusalCode"
  | "refusalMessage"
>;

/** What must still be so when a device is registered. */
export type HeldIdentity = Pick<CloudIdentityEntity, "state" | "claimCodeHash">;

const COLUMNS = selectList(CloudIdentityEntity, {
  only: [
    "connhexId",
    "serialNumber",
    "state",
    "revision",
    "provisionedAt",
    "name",
    "model",
    "isProtected",
    "refusalCode",
    "refusalMessage",
  ],
});

const BY_CONNHEX_ID = statement(
  "identity_by_connhex_id",
  `SELECT ${COLUMNS} FROM cloud_identity WHERE tenant = $1 AND connhex_id = ANY($2::text[])`,
);
const HISTORY = statement(
  "identity_history",
  `SELECT ${selectList(CloudIdentityRevisionEntity)} FROM cloud_identity_revision
   WHERE tenant = $1 AND connhex_id = ANY($2::text[]) ORDER BY connhex_id, revision`,
);
const LOCK = statement(
  "identity_lock",
  `SELECT ${COLUMNS} FROM cloud_identity WHERE tenant = $1 AND connhex_id = $2 FOR UPDATE`,
);
const HOLD = statement(
  "identity_hold",
  `SELECT state, claim_code_hash AS "claimCodeHash" FROM cloud_identity
   WHERE tenant = $1 AND connhex_id = $2 FOR SHARE`,
);
const CHANGE_STATE = statement(
  "identity_change_state",
  `WITH changed AS (
     UPDATE cloud_identity SET state = $3, revision = revision + 1,
       changed_at = greatest(clock_timestamp(), changed_at + interval '1 microsecond')
     WHERE tenant = $1 AND connhex_id = $2
     RETURNING *
   ), noted AS (
     INSERT INTO cloud_identity_revision
       (tenant, connhex_id, serial_number, revision, state, at, actor, reason)
     SELECT tenant, connhex_id, serial_number, revision, state, changed_at, $4, $5 FROM changed
     RETURNING *
   ), entered AS (${enterIdentities({ from: "noted r", actor: "$6::text", reason: "$7::text" })}
   ), ${toldIdentities("changed")}
   SELECT ${COLUMNS} FROM changed`,
);
/** The tries of the former code count no longer. */
const REPLACE_CLAIM_CODE = statement(
  "identity_replace_claim_code",
  `WITH changed AS (
     UPDATE cloud_identity SET claim_code_hash = $3, failed_claims = 0, locked_until = NULL,
       revision = revision + 1,
       changed_at = greatest(clock_timestamp(), changed_at + interval '1 microsecond')
     WHERE tenant = $1 AND connhex_id = $2
     RETURNING *
   ), ${toldIdentities("changed")}, noted AS (
     INSERT INTO cloud_identity_revision
       (tenant, connhex_id, serial_number, revision, kind, state, at, actor, reason)
     SELECT tenant, connhex_id, serial_number, revision, 'CLAIM_CODE_REPLACED', state, changed_at,
       $4, $5
     FROM changed RETURNING *
   )
   ${enterIdentities({ from: "noted r", actor: "$6::text", reason: "$7::text" })}`,
);
const LOCK_CLAIM = statement(
  "identity_lock_claim",
  `SELECT claim_code_hash AS "claimCodeHash", failed_claims AS failed,
     coalesce(extract(epoch FROM locked_until - now()), 0)::float8 AS "lockedForSeconds"
   FROM cloud_identity WHERE tenant = $1 AND connhex_id = $2 FOR UPDATE`,
);
const NOTE_CLAIM = statement(
  "identity_note_claim",
  `UPDATE cloud_identity SET failed_claims = $3,
     locked_until = CASE WHEN $4 > 0 THEN now() + make_interval(mins => $4) END
   WHERE tenant = $1 AND connhex_id = $2`,
);

/** Who changes an identity, and why. */
interface Note {
  actor: string;
  reason: string;
}

/** All SQL about cloud identities but their making. Lives for one request. */
export class IdentityStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
    private readonly personOf: PersonOf,
  ) {}

  readonly byConnhexId = loadBy(
    async (ids: readonly string[]) => {
      // PostgreSQL takes no text with a NUL in it; what cannot be an id is nobody's.
      const possible = ids.filter(isConnhexId);
      return possible.length === 0
        ? []
        : this.sql.rows<IdentityRow>(BY_CONNHEX_ID, [this.tenant, possible]);
    },
    ({ connhexId }) => connhexId,
  );

  readonly historyOf = loadManyBy(
    (ids: readonly string[]) =>
      this.sql.rows<CloudIdentityRevisionEntity>(HISTORY, [this.tenant, ids]),
    ({ connhexId }) => connhexId,
  );

  /** Reads the identity and holds its row until the transaction ends. */
  async lock(connhexId: string): Promise<IdentityRow | null> {
    const [row] = await this.sql.rows<IdentityRow>(LOCK, [this.tenant, connhexId]);
    return row ?? null;
  }

  /** The identity's state and claim code, which nobody changes until the transaction ends. */
  async hold(connhexId: string): Promise<HeldIdentity | null> {
    const [row] = await this.sql.rows<HeldIdentity>(HOLD, [this.tenant, connhexId]);
    return row ?? null;
  }

  /** Writes the next revision of an identity that this transaction has locked. */
  async changeState(
    connhexId: string,
    state: CloudIdentityState,
    { actor, reason }: Note,
  ): Promise<IdentityRow> {
    const values = [this.tenant, connhexId, state, actor, reason];
    const person = await this.personOf(actor);
    values.push(person.actor, person.commit(reason));
    const [row] = await this.sql.rows<IdentityRow>(CHANGE_STATE, values);
    if (!row) throw new Error("a locked identity is gone");
    return row;
  }

  /** Writes the claim code of an identity that this transaction has locked, as its next revision. */
  async replaceClaimCode(
    connhexId: string,
    claimCodeHash: Buffer,
    { actor, reason }: Note,
  ): Promise<void> {
    const person = await this.personOf(actor);
    const values = [this.tenant, connhexId, claimCodeHash, actor, reason];
    values.push(person.actor, person.commit(reason));
    await this.sql.rows(REPLACE_CLAIM_CODE, values);
  }

  /** Reads the claim code's hash and wrong tries; holds the row until the transaction ends. */
  async lockClaim(
    connhexId: string,
  ): Promise<(Attempts & { claimCodeHash: Buffer | null }) | null> {
    const [row] = await this.sql.rows<Attempts & { claimCodeHash: Buffer | null }>(LOCK_CLAIM, [
      this.tenant,
      connhexId,
    ]);
    return row ?? null;
  }

  /** Writes the count of wrong claim codes, and locks them for so many minutes. */
  async noteClaim(connhexId: string, failed: number, lockMinutes: number): Promise<void> {
    await this.sql.rows(NOTE_CLAIM, [this.tenant, connhexId, failed, lockMinutes]);
  }
}
