import type { MigrationInterface, QueryRunner } from "typeorm";
import { tableRights } from "../../../shared/postgres/table-rights.ts";

const { behindTenantWall, refuseChanges } = tableRights("ownership_app");

const CREATE = [
  "ALTER TABLE owner ADD COLUMN erased_at timestamptz",
  `ALTER TABLE owner ADD CONSTRAINT erased_is_nobody
    CHECK (erased_at IS NULL OR (subject IS NULL AND country IS NULL))`,
  `CREATE INDEX ownership_revisions_of_owner ON ownership_revision (tenant, owner_id)
    WHERE owner_id IS NOT NULL`,
  // That somebody was erased, by whom and why; of him nothing but the number that he had here.
  `CREATE TABLE erasure (
    tenant       text NOT NULL,
    erasure_id   bigint NOT NULL,
    owner_id     bigint NOT NULL,
    reason       text NOT NULL CONSTRAINT says_why CHECK (reason <> ''),
    hold         text NOT NULL CONSTRAINT known_hold CHECK (hold IN ('NONE', 'OVERRIDDEN')),
    released     integer NOT NULL CONSTRAINT released_from_zero CHECK (released >= 0),
    erased_at    timestamptz NOT NULL,
    erased_by    text NOT NULL,
    completed_at timestamptz,
    PRIMARY KEY (tenant, erasure_id),
    CONSTRAINT erased_once UNIQUE (tenant, owner_id)
  )`,
  // What other services have yet to forget. The row goes when they have.
  `CREATE TABLE erasure_order (
    tenant     text NOT NULL,
    erasure_id bigint NOT NULL,
    subject    text NOT NULL,
    PRIMARY KEY (tenant, erasure_id)
  )`,
];

/** An owner is changed once, and into nobody. */
const ERASED_FOR_GOOD = [
  `CREATE FUNCTION deny_all_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
       AND (NEW.tenant, NEW.owner_id, NEW.kind, NEW.created_at)
         = (OLD.tenant, OLD.owner_id, OLD.kind, OLD.created_at) THEN RETURN NEW; END IF;
     RAISE EXCEPTION 'an owner is erased, and not changed otherwise' USING ERRCODE = '42501';
   END $$`,
  `CREATE TRIGGER deny_all_but_erasure BEFORE UPDATE ON owner
   FOR EACH ROW EXECUTE FUNCTION deny_all_but_erasure()`,
  `CREATE FUNCTION deny_all_but_completion() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     IF TG_OP = 'UPDATE' AND OLD.completed_at IS NULL
       AND to_jsonb(NEW) - 'completed_at' = to_jsonb(OLD) - 'completed_at' THEN RETURN NEW; END IF;
     RAISE EXCEPTION 'erasure is append-only: % refused', TG_OP USING ERRCODE = '42501';
   END $$`,
  `CREATE TRIGGER deny_all_but_completion BEFORE UPDATE OR DELETE ON erasure
   FOR EACH ROW EXECUTE FUNCTION deny_all_but_completion()`,
  `CREATE TRIGGER deny_truncate BEFORE TRUNCATE ON erasure
   FOR EACH STATEMENT EXECUTE FUNCTION deny_change()`,
];

/**
 * A text of the history gives way to the commitment that its entry was made of, and to nothing else:
 * the row still agrees with the log.
 */
const ERASABLE_HISTORY = [
  `CREATE FUNCTION deny_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
   DECLARE erased CONSTANT text := '^erased:[0-9a-f]{64}$';
   BEGIN
     IF TG_OP = 'UPDATE'
       AND to_jsonb(NEW) - 'actor' - 'reason' = to_jsonb(OLD) - 'actor' - 'reason'
       AND (NEW.actor = OLD.actor OR (OLD.actor !~ erased AND NEW.actor ~ erased))
       AND (NEW.reason IS NOT DISTINCT FROM OLD.reason
         OR (OLD.reason !~ erased AND COALESCE(NEW.reason, '') ~ erased)) THEN RETURN NEW; END IF;
     RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
   END $$`,
  "DROP TRIGGER deny_change ON ownership_revision",
  `CREATE TRIGGER deny_change BEFORE UPDATE OR DELETE ON ownership_revision
   FOR EACH ROW EXECUTE FUNCTION deny_change_but_erasure()`,
];

/**
 * What erasing needs and nothing else may do: the application itself has no right to destroy a key.
 * They run as the tables' owner, behind the same wall of the connection's tenant.
 */
const ERASING = [
  `CREATE FUNCTION erase_texts(revisions integer[], connhex_ids text[], actors text[], reasons text[])
   RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
     UPDATE ownership_revision r SET actor = e.actor, reason = e.reason
     FROM unnest($1, $2, $3, $4) AS e (revision, connhex_id, actor, reason)
     WHERE r.tenant = current_setting('app.tenant', true) AND r.connhex_id = e.connhex_id
       AND r.revision = e.revision
   $$`,
  `CREATE FUNCTION erase_owner(id bigint) RETURNS boolean
   LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
   DECLARE whose CONSTANT text := current_setting('app.tenant', true);
   BEGIN
     UPDATE owner SET subject = NULL, country = NULL, erased_at = clock_timestamp()
     WHERE tenant = whose AND owner_id = id AND erased_at IS NULL;
     IF NOT FOUND THEN RETURN false; END IF;
     DELETE FROM owner_key WHERE tenant = whose AND owner_id = id;
     DELETE FROM owner_contact WHERE tenant = whose AND owner_id = id;
     DELETE FROM transfer_offer WHERE tenant = whose AND owner_id = id;
     DELETE FROM person_key WHERE tenant = whose AND subject = 'owner:' || id;
     RETURN true;
   END $$`,
  ...["erase_texts(integer[], text[], text[], text[])", "erase_owner(bigint)"].flatMap((name) => [
    `REVOKE ALL ON FUNCTION ${name} FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION ${name} TO ownership_app`,
  ]),
];

/** From now on an owner's own changes are those of `owner:<id>`: his subject stands in one row only. */
const NAME_OWNERS_BY_ID = `UPDATE ownership_revision r SET actor = 'owner:' || w.owner_id
  FROM owner w
  WHERE w.tenant = r.tenant AND w.subject = r.actor
    AND (w.owner_id = r.owner_id OR EXISTS (SELECT FROM ownership_revision p
      WHERE p.tenant = r.tenant AND p.connhex_id = r.connhex_id AND p.revision = r.revision - 1
        AND p.owner_id = w.owner_id))`;

const RIGHTS = [
  // Whoever holds a row must have a right to change something of it.
  "GRANT UPDATE (erased_at) ON owner TO ownership_app",
  "GRANT UPDATE (completed_at) ON erasure TO ownership_app",
  "GRANT SELECT ON erasure_order TO ownership_worker",
  `CREATE POLICY every_tenant ON erasure_order FOR SELECT TO ownership_worker
   USING (current_user = 'ownership_worker')`,
];

/** What it takes to forget an owner, and to keep that he was forgotten. */
export class EraseOwners1761000000007 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of CREATE) await db.query(statement);
    await nameOwnersById(db);
    const rules = [...ERASED_FOR_GOOD, ...ERASABLE_HISTORY, ...ERASING];
    for (const statement of rules) await db.query(statement);
    await behindTenantWall(db, "erasure", "SELECT, INSERT");
    await behindTenantWall(db, "erasure_order", "SELECT, INSERT, DELETE");
    for (const statement of RIGHTS) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query("DROP TABLE erasure, erasure_order");
    await db.query("DROP TRIGGER deny_all_but_erasure ON owner");
    await db.query("DROP TRIGGER deny_change ON ownership_revision");
    await db.query("DROP TRIGGER deny_truncate ON ownership_revision");
    await refuseChanges(db, "ownership_revision");
    await db.query(`DROP FUNCTION erase_texts, erase_owner, deny_all_but_erasure,
      deny_all_but_completion, deny_change_but_erasure`);
    await db.query("REVOKE UPDATE (erased_at) ON owner FROM ownership_app");
    await db.query("DROP INDEX ownership_revisions_of_owner");
    await db.query("ALTER TABLE owner DROP COLUMN erased_at");
  }
}

/** Row-level security holds for the owner too, and a migration has no tenant: lifted for this. */
async function nameOwnersById(db: QueryRunner): Promise<void> {
  const tables = ["owner", "ownership_revision"];
  for (const table of tables) await db.query(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
  await db.query("ALTER TABLE ownership_revision DISABLE TRIGGER deny_change");
  await db.query(NAME_OWNERS_BY_ID);
  await db.query("ALTER TABLE ownership_revision ENABLE TRIGGER deny_change");
  for (const table of tables) await db.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
}
