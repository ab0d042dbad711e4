import type { PersonOf } from "../../../shared/ledger-store/person-keys.store.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { enterIdentities } from "../ledger/entries.store.ts";
import { LIMITS } from "../limits.ts";
import { toldIdentities } from "../ownership-change/ownership-change.store.ts";
import type { HandOver } from "./hand-over.ts";
import type { NewIdentity, StandingIdentity } from "./provisioning.ts";

const STANDING = statement(
  "provisioning_standing",
  `SELECT connhex_id AS "connhexId", serial_number AS "serialNumber", state, name, model,
     is_protected AS "isProtected", init_key_hash AS "initKeyHash",
     claim_code_hash AS "claimCodeHash"
   FROM cloud_identity
   WHERE tenant = $1 AND (connhex_id = ANY($3::text[])
     OR (serial_number = ANY($2::text[]) AND state IN ('PENDING', 'ACTIVE', 'SUSPENDED')))`,
);
/** A refused identity gives way to a new attempt, which goes on counting its revisions. */
const GIVE_WAY = statement(
  "provisioning_give_way",
  `DELETE FROM cloud_identity
   WHERE tenant = $1 AND connhex_id = ANY($2::text[]) AND state = 'REFUSED'
   RETURNING connhex_id AS "connhexId", revision`,
);
const CREATE = statement(
  "provisioning_create",
  `WITH given AS (
     SELECT * FROM unnest(
       $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::bytea[], $8::bytea[])
       AS g (connhex_id, serial_number, revision, name, model, init_key_hash, claim_code_hash)
   ), made AS (
     INSERT INTO cloud_identity (tenant, connhex_id, serial_number, state, revision, changed_at,
       name, model, is_protected, init_key_hash, claim_code_hash)
     SELECT $1, connhex_id, serial_number, 'PENDING', revision, clock_timestamp(),
       name, model, claim_code_hash IS NOT NULL, init_key_hash, claim_code_hash
     FROM given ORDER BY serial_number
     RETURNING *
   ), noted AS (
     INSERT INTO cloud_identity_revision
       (tenant, connhex_id, serial_number, revision, state, at, actor)
     SELECT tenant, connhex_id, serial_number, revision, state, changed_at, $9 FROM made
     RETURNING *
   ), entered AS (${enterIdentities({ from: "noted r", actor: "$11::text", reason: "NULL::text" })}
   ), ${toldIdentities("made")}
   INSERT INTO hand_over
     (tenant, connhex_id, serial_number, revision, attempts, due_at, created_at)
   SELECT tenant, connhex_id, serial_number, revision, 1,
     now() + make_interval(secs => $10), now() FROM made
   RETURNING connhex_id AS "connhexId", serial_number AS "serialNumber", revision`,
);

/** The making of cloud identities. Lives for one transaction. */
export class ProvisioningStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
    private readonly personOf: PersonOf,
  ) {}

  /** Identities that are live for these devices, or that have or had these connhexIds. */
  standing(
    serialNumbers: readonly string[],
    connhexIds: readonly string[],
  ): Promise<StandingIdentity[]> {
    return this.sql.rows(STANDING, [this.tenant, serialNumbers, connhexIds]);
  }

  /**
   * Writes identities as PENDING, each with its revision and the link to be confirmed. Fails on a
   * unique key where another transaction was faster. The links are leased to the caller.
   */
  async create(identities: readonly NewIdentity[], actor: string): Promise<HandOver[]> {
    if (identities.length === 0) return [];
    const connhexIds = identities.map(({ connhexId }) => connhexId);
    const gone = await this.sql.rows<{ connhexId: string; revision: number }>(GIVE_WAY, [
      this.tenant,
      connhexIds,
    ]);
    const revisions = new Map(gone.map(({ connhexId, revision }) => [connhexId, revision]));
    return this.sql.rows(CREATE, [
      this.tenant,
      connhexIds,
      identities.map(({ serialNumber }) => serialNumber),
      identities.map(({ connhexId }) => (revisions.get(connhexId) ?? 0) + 1),
      identities.map(({ name }) => name),
      identities.map(({ model }) => model),
      identities.map(({ initKeyHash }) => initKeyHash),
      identities.map(({ claimCodeHash }) => claimCodeHash),
      actor,
      LIMITS.handOverLeaseSeconds,
      (await this.personOf(actor)).actor,
    ]);
  }
}
