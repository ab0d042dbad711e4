import type { MigrationInterface, QueryRunner } from "typeorm";
import { appendOnly, tenantWall } from "../../../shared/postgres/tenant-wall.ts";

const CREATE = [
  `CREATE TABLE recall (
    tenant         text NOT NULL,
    recall_id      bigint NOT NULL,
    title          text NOT NULL CHECK (title <> ''),
    criteria       text NOT NULL,
    sentence       text NOT NULL,
    known_at       timestamptz,
    reason         text NOT NULL,
    frozen_at      timestamptz NOT NULL,
    frozen_by      text NOT NULL,
    device_count   integer NOT NULL CHECK (device_count >= 0),
    hash           text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT one_row_per_recall PRIMARY KEY (recall_id)
  )`,
  "CREATE INDEX recalls_in_order ON recall (tenant, recall_id)",
  // What names a device stands here too: a frozen set reads as it was when it was frozen.
  `CREATE TABLE recall_item (
    tenant        text NOT NULL,
    recall_id     bigint NOT NULL,
    device_id     bigint NOT NULL,
    serial_number text NOT NULL,
    connhex_id    text,
    revision      integer NOT NULL,
    CONSTRAINT one_row_per_recalled_device PRIMARY KEY (recall_id, device_id)
  )`,
  "CREATE INDEX recalls_of_a_device ON recall_item (tenant, device_id, recall_id)",
  `CREATE TABLE recall_withdrawal (
    tenant       text NOT NULL,
    recall_id    bigint NOT NULL,
    withdrawn_at timestamptz NOT NULL,
    withdrawn_by text NOT NULL,
    reason       text NOT NULL,
    CONSTRAINT withdrawn_once PRIMARY KEY (recall_id),
    CONSTRAINT withdrawal_of_a_recall FOREIGN KEY (recall_id) REFERENCES recall (recall_id)
  )`,
];

const TABLES = ["recall", "recall_item", "recall_withdrawal"];

/**
 * A recall's items come with it, in one transaction: later ones are nobody's to add, and none is of
 * no recall. Looked at once a statement: a foreign key, looked at once an item, was half of freezing.
 */
const SEALED = [
  `CREATE FUNCTION refuse_late_item() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     IF EXISTS (SELECT FROM (SELECT DISTINCT tenant, recall_id FROM added) a
       LEFT JOIN recall r ON r.tenant = a.tenant AND r.recall_id = a.recall_id
       WHERE r.transaction_id IS DISTINCT FROM pg_current_xact_id()) THEN
       RAISE EXCEPTION 'a recall is frozen: no device is added to it' USING ERRCODE = '42501';
     END IF;
     RETURN NULL;
   END $$`,
  `CREATE TRIGGER refuse_late_item AFTER INSERT ON recall_item
   REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_item()`,
];

/** Frozen sets of devices: rows are added, never changed and never removed. */
export class CreateRecalls1700000000005 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    const statements = [
      ...CREATE,
      ...TABLES.flatMap((table) => tenantWall(table, "own_tenant_only")),
      ...TABLES.flatMap((table) => appendOnly(table, "refuse")),
      ...SEALED,
      `GRANT SELECT, INSERT ON ${TABLES.join(", ")} TO manufacturing_app`,
      `REVOKE UPDATE, DELETE, TRUNCATE ON ${TABLES.join(", ")} FROM PUBLIC, manufacturing_app`,
      "INSERT INTO id_block VALUES ('recall', 1)",
    ];
    for (const statement of statements) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE ${[...TABLES].reverse().join(", ")}`);
    await db.query("DROP FUNCTION refuse_late_item");
    await db.query("DELETE FROM id_block WHERE name = 'recall'");
  }
}
