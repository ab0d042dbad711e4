import type { MigrationInterface, QueryRunner } from "typeorm";
import { tableRights } from "../../shared/postgres/table-rights.ts";

const { behindTenantWall, refuseChanges } = tableRights("gateway_app");

/** Where other systems are told of events, what they were sent, and who sends it now. */
export class CreateWebhooks1764000000005 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of CREATE) await db.query(statement);
    for (const [table, rights] of Object.entries(RIGHTS)) {
      await behindTenantWall(db, table, rights);
    }
    await refuseChanges(db, "webhook_change");
    for (const sequence of ["webhook_change_line", "webhook_delivery_line"]) {
      await db.query(`REVOKE ALL ON SEQUENCE ${sequence} FROM PUBLIC`);
      await db.query(`GRANT USAGE ON SEQUENCE ${sequence} TO gateway_app`);
    }
    // The dispatcher must know which tenants have webhooks to serve, and nothing more.
    await db.query("GRANT USAGE ON SCHEMA public TO gateway_dispatcher");
    await db.query("GRANT SELECT (tenant, state) ON webhook TO gateway_dispatcher");
    await db.query(`CREATE POLICY every_tenant ON webhook FOR SELECT TO gateway_dispatcher
      USING (current_user = 'gateway_dispatcher')`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      "DROP TABLE webhook_lease, webhook_delivery, webhook_change, webhook_secret, webhook",
    );
    await db.query("DROP SEQUENCE webhook_change_line, webhook_delivery_line");
  }
}

/** What the application may do with each: what was said once and for all it cannot change. */
const RIGHTS = {
  webhook: `SELECT, INSERT, DELETE, UPDATE (state, state_reason, position, generation, failed_attempts,
    failing_since, due_at, delivered_at)`,
  webhook_secret: "SELECT, INSERT, DELETE, UPDATE (ends_at)",
  webhook_change: "SELECT, INSERT",
  webhook_delivery: "SELECT, INSERT, DELETE",
  webhook_lease: "SELECT, INSERT, UPDATE (holder, epoch, ends_at)",
};

const CREATE = [
  "CREATE SEQUENCE webhook_change_line",
  "CREATE SEQUENCE webhook_delivery_line",
  `CREATE TABLE webhook (
    tenant        text NOT NULL,
    name          text NOT NULL,
    url           text NOT NULL,
    event_types   text[] NOT NULL,
    state         text NOT NULL
      CONSTRAINT known_state CHECK (state IN ('ACTIVE', 'PAUSED', 'FAILED')),
    state_reason  text,
    position      text NOT NULL,
    generation    bigint NOT NULL DEFAULT nextval('webhook_change_line'),
    failed_attempts integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    due_at        timestamptz,
    delivered_at  timestamptz,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_by    text NOT NULL,
    PRIMARY KEY (tenant, name)
  )`,
  "CREATE INDEX webhook_by_state ON webhook (state, tenant)",
  `CREATE TABLE webhook_secret (
    tenant     text NOT NULL,
    webhook    text NOT NULL,
    secret_id  text NOT NULL,
    sealed     bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_by text NOT NULL,
    ends_at    timestamptz,
    PRIMARY KEY (tenant, webhook, secret_id),
    CONSTRAINT secret_of_a_webhook FOREIGN KEY (tenant, webhook) REFERENCES webhook ON DELETE CASCADE
  )`,
  // Without a reference to the webhook: what was done with it outlives it.
  `CREATE TABLE webhook_change (
    tenant  text NOT NULL,
    line    bigint NOT NULL DEFAULT nextval('webhook_change_line'),
    webhook text NOT NULL,
    kind    text NOT NULL CONSTRAINT known_kind CHECK (kind IN (
      'ADDED', 'ROTATED', 'PAUSED', 'RESUMED', 'REPLAYED', 'FAILED', 'REMOVED')),
    about   text,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor   text NOT NULL,
    reason  text,
    PRIMARY KEY (tenant, line)
  )`,
  "CREATE INDEX webhook_change_of ON webhook_change (tenant, webhook, line)",
  `CREATE TABLE webhook_delivery (
    tenant     text NOT NULL,
    line       bigint NOT NULL DEFAULT nextval('webhook_delivery_line'),
    webhook    text NOT NULL,
    event_id   text NOT NULL,
    event_type text NOT NULL,
    attempt    integer NOT NULL,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    outcome    text NOT NULL CONSTRAINT known_outcome CHECK (outcome IN ('DELIVERED', 'FAILED')),
    status     integer,
    reason     text,
    ms         real NOT NULL,
    PRIMARY KEY (tenant, line)
  )`,
  "CREATE INDEX webhook_delivery_of ON webhook_delivery (tenant, webhook, line)",
  // One process at a time serves the webhooks of a tenant. Its epoch rises with each holder.
  `CREATE TABLE webhook_lease (
    tenant  text NOT NULL PRIMARY KEY,
    holder  text NOT NULL,
    epoch   bigint NOT NULL,
    ends_at timestamptz NOT NULL
  )`,
];
