import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Why an ownership changed is often about its owner, whoever gave it. From now on each reason has a
 * key of its own, by which its entry commits to it, and which goes when the text does. Rows from
 * before have none: their entries commit by the key of who gave the reason.
 */
const UP = [
  "ALTER TABLE ownership_revision ADD COLUMN reason_key bytea",
  `ALTER TABLE ownership_revision ADD CONSTRAINT key_of_a_reason
    CHECK (reason_key IS NULL OR (reason IS NOT NULL AND octet_length(reason_key) = 32))`,
  `CREATE OR REPLACE FUNCTION deny_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
   DECLARE
     erased CONSTANT text := '^erased:[0-9a-f]{64}$';
     was CONSTANT jsonb := to_jsonb(OLD);
     is_now CONSTANT jsonb := CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(NEW) END;
   BEGIN
     IF TG_OP = 'UPDATE'
       AND is_now - 'actor' - 'reason' - 'reason_key' = was - 'actor' - 'reason' - 'reason_key'
       AND (NEW.actor = OLD.actor OR (OLD.actor !~ erased AND NEW.actor ~ erased))
       AND ((NEW.reason IS NOT DISTINCT FROM OLD.reason
           AND is_now -> 'reason_key' IS NOT DISTINCT FROM was -> 'reason_key')
         OR (OLD.reason !~ erased AND COALESCE(NEW.reason, '') ~ erased
           AND is_now ->> 'reason_key' IS NULL)) THEN RETURN NEW; END IF;
     RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
   END $$`,
  eraseTexts(
    `actor = e.actor, reason = e.reason,
       reason_key = CASE WHEN e.reason IS NOT DISTINCT FROM r.reason THEN r.reason_key END`,
  ),
];

function eraseTexts(change: string): string {
  return `CREATE OR REPLACE FUNCTION erase_texts(revisions integer[], connhex_ids text[],
     actors text[], reasons text[])
   RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
     UPDATE ownership_revision r SET ${change}
     FROM unnest($1, $2, $3, $4) AS e (revision, connhex_id, actor, reason)
     WHERE r.tenant = current_setting('app.tenant', true) AND r.connhex_id = e.connhex_id
       AND r.revision = e.revision
   $$`;
}

/** A reason can be forgotten so that nobody can try names against its entry. */
export class KeepReasonsUnderKeys1761000000009 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of UP) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(eraseTexts("actor = e.actor, reason = e.reason"));
    await db.query("ALTER TABLE ownership_revision DROP COLUMN reason_key");
  }
}
