import type { MigrationInterface, QueryRunner } from "typeorm";
import { changeHead, numberedChanges } from "../../../shared/events/feed-tables.ts";
import { tenantWall } from "../../../shared/postgres/tenant-wall.ts";

const CREATE = [
  "CREATE SEQUENCE ownership_change_place",
  // A row a statement that writes revisions of identities or ownerships: which they are, and of
  // what. It says nothing of owners, and is removed after 30 days.
  `CREATE TABLE ownership_change (
    tenant         text NOT NULL,
    place          bigint NOT NULL DEFAULT nextval('ownership_change_place'),
    recorded_at    timestamptz NOT NULL DEFAULT statement_timestamp(),
    entity         text NOT NULL
      CONSTRAINT known_entity CHECK (entity IN ('identity', 'ownership')),
    connhex_ids    text[] NOT NULL,
    serial_numbers text[],
    revisions      integer[] NOT NULL,
    ends_at        bigint,
    CONSTRAINT a_revision_each CHECK (cardinality(connhex_ids) = cardinality(revisions)),
    CONSTRAINT identities_have_serial_numbers CHECK (
      CASE entity WHEN 'identity' THEN cardinality(serial_numbers) = cardinality(revisions)
        ELSE serial_numbers IS NULL END)
  )`,
];

/** What other systems are told of identities and ownerships. */
export class CreateChanges1761000000005 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    const statements = [
      ...CREATE,
      ...tenantWall("ownership_change", "own_tenant"),
      ...numberedChanges("ownership_change", "ownership_app"),
      ...changeHead("own_tenant", "ownership_app"),
    ];
    for (const statement of statements) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query("DROP TABLE change_head, ownership_change");
    await db.query("DROP SEQUENCE ownership_change_place");
  }
}
