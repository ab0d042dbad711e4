import type { PersonKeys } from "../../../shared/ledger-store/person-keys.store.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { enterIdentities } from "../ledger/entries.store.ts";
import { LIMITS } from "../limits.ts";
import { toldIdentities } from "../ownership-change/ownership-change.store.ts";
import type { HandOver, HandOvers, Settlement } from "./hand-over.ts";

const TENANTS = statement(
  "hand_over_tenants",
  "SELECT DISTINCT tenant FROM hand_over WHERE due_at <= now() LIMIT $1",
);
/** Rows that another process has just taken are not due for the length of its lease. */
const TAKE = statement(
  "hand_over_take",
  `UPDATE hand_over AS h
   SET attempts = attempts + 1, due_at = now() + make_interval(secs => $3)
   WHERE h.tenant = $1 AND h.connhex_id IN (
     SELECT connhex_id FROM hand_over WHERE tenant = $1 AND due_at <= now()
     ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
   RETURNING connhex_id AS "connhexId", serial_number AS "serialNumber", revision`,
);
const PUT_OFF = statement(
  "hand_over_put_off",
  `UPDATE hand_over
   SET due_at = now() + make_interval(secs => least(power(2, least(attempts, 20)), $3))
   WHERE tenant = $1 AND connhex_id = ANY($2::text[])`,
);
const ENTERED = enterIdentities({
  ...{ from: "noted r JOIN said s USING (connhex_id)", actor: "$7::text", reason: "s.committed" },
});
/** A verdict about an older revision of the identity, or a second one, changes nothing. */
const SETTLE = statement(
  "hand_over_settle",
  `WITH said AS (
     SELECT * FROM unnest($2::text[], $3::integer[], $4::text[], $5::text[], $8::text[])
       AS s (connhex_id, revision, code, message, committed)
   ), settled AS (
     UPDATE cloud_identity AS c SET
       state = CASE WHEN s.code IS NULL THEN 'ACTIVE' ELSE 'REFUSED' END,
       revision = c.revision + 1,
       changed_at = greatest(clock_timestamp(), c.changed_at + interval '1 microsecond'),
       provisioned_at = CASE WHEN s.code IS NULL THEN clock_timestamp() END,
       refusal_code = s.code,
       refusal_message = s.message
     FROM said s
     WHERE c.tenant = $1 AND c.connhex_id = s.connhex_id AND c.revision = s.revision
       AND c.state = 'PENDING'
     RETURNING c.*
   ), noted AS (
     INSERT INTO cloud_identity_revision
       (tenant, connhex_id, serial_number, revision, state, at, actor, reason)
     SELECT tenant, connhex_id, serial_number, revision, state, changed_at, $6, refusal_message
     FROM settled RETURNING *
   ), entered AS (${ENTERED}
   ), ${toldIdentities("settled")}
   DELETE FROM hand_over h USING said s
   WHERE h.tenant = $1 AND h.connhex_id = s.connhex_id AND h.revision = s.revision`,
);

/** The links that wait for Manufacturing. A row goes in the transaction that settles its identity. */
export class HandOverStore implements HandOvers {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
    private readonly people: PersonKeys,
  ) {}

  take(): Promise<HandOver[]> {
    const { handOverRows, handOverLeaseSeconds } = LIMITS;
    return this.sql.rows(TAKE, [this.tenant, handOverRows, handOverLeaseSeconds]);
  }

  async putOff(rows: readonly HandOver[]): Promise<void> {
    if (rows.length === 0) return;
    const ids = rows.map(({ connhexId }) => connhexId);
    await this.sql.rows(PUT_OFF, [this.tenant, ids, LIMITS.handOverBackOffSecondsMost]);
  }

  async settle(settlements: readonly Settlement[], actor: string): Promise<void> {
    if (settlements.length === 0) return;
    const person = (await this.people.learn(this.sql, this.tenant, [actor])).get(actor);
    if (!person) throw new Error("this service has no key");
    await this.sql.rows(SETTLE, [
      this.tenant,
      settlements.map(({ connhexId }) => connhexId),
      settlements.map(({ revision }) => revision),
      settlements.map(({ refusal }) => refusal?.code ?? null),
      settlements.map(({ refusal }) => refusal?.message ?? null),
      actor,
      person.actor,
      settlements.map(({ refusal }) => person.commit(refusal?.message ?? null)),
    ]);
  }
}

/** The tenants that have links due. Only the role `ownership_worker` sees more than one. */
export async function tenantsWithHandOvers(worker: Sql): Promise<string[]> {
  const rows = await worker.rows<{ tenant: string }>(TENANTS, [LIMITS.handOverTenants]);
  return rows.map(({ tenant }) => tenant);
}
