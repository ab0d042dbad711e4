import type { QueryRunner } from "typeorm";
import { appRole } from "../postgres/migrate.ts";
import { appendOnly, tenantWall } from "../postgres/tenant-wall.ts";
import { NO_TENANT } from "./log-key-entry.ts";

/** The role that puts a service's entries into its log. The application becomes it for that alone. */
export function sequencerRole(service: string): string {
  return `${service}_sequencer`;
}

/** A table whose rows were there before the ledger was. */
export interface LedgerSource {
  table: string;
  /** Columns that the entries of its rows are made of, where they are in another table. */
  reads?: readonly string[];
}

export interface LedgerTables {
  service: string;
  /** Of the service's function `<verb>_change()`, which refuses every change. */
  verb: "deny" | "refuse";
  /** What is entered: the sequencer reads it, to enter what has no entry yet. */
  sources: readonly LedgerSource[];
}

const CREATE = [
  // Without an index and without a key: rows come in and go out, and nobody looks for one.
  `CREATE TABLE ledger_pending (
    tenant text NOT NULL,
    id     text NOT NULL,
    entry  text NOT NULL CONSTRAINT fits_a_bundle CHECK (octet_length(entry) <= 65535)
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_cost_delay = 0)`,
  // The text's UTF-8 bytes are the entry, as it was hashed and as it is published.
  `CREATE TABLE ledger_leaf (
    leaf_index bigint NOT NULL CONSTRAINT from_zero CHECK (leaf_index >= 0),
    tenant     text NOT NULL,
    id         text NOT NULL,
    entry      text NOT NULL,
    hash       bytea NOT NULL CONSTRAINT sha256_of_leaf CHECK (octet_length(hash) = 32),
    CONSTRAINT one_leaf_per_index PRIMARY KEY (leaf_index)
  )`,
  // Not unique: a second entry of a thing is the audit's to find, and must not stop the log.
  "CREATE INDEX leaves_by_id ON ledger_leaf (id)",
  `CREATE TABLE ledger_tile (
    level integer NOT NULL CONSTRAINT known_level CHECK (level BETWEEN 0 AND 63),
    n     bigint NOT NULL CONSTRAINT tiles_from_zero CHECK (n >= 0),
    width integer NOT NULL CONSTRAINT some_hashes CHECK (width BETWEEN 1 AND 256),
    data  bytea NOT NULL,
    CONSTRAINT one_row_per_tile PRIMARY KEY (level, n),
    CONSTRAINT whole_hashes CHECK (octet_length(data) = 32 * width)
  )`,
  // Hashes cannot be compressed.
  "ALTER TABLE ledger_tile ALTER COLUMN data SET STORAGE EXTERNAL",
  `CREATE TABLE ledger_checkpoint (
    size bigint NOT NULL CONSTRAINT some_leaves CHECK (size > 0),
    root bytea NOT NULL CONSTRAINT sha256_of_tree CHECK (octet_length(root) = 32),
    note text NOT NULL,
    at   timestamptz NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT one_root_per_size PRIMARY KEY (size)
  )`,
  `CREATE TABLE ledger_cosignature (
    size    bigint NOT NULL,
    witness text NOT NULL,
    line    text NOT NULL,
    at      timestamptz NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT one_cosignature_per_witness PRIMARY KEY (size, witness),
    CONSTRAINT cosignature_of_a_checkpoint FOREIGN KEY (size) REFERENCES ledger_checkpoint (size)
  )`,
  // The keys that have signed for the log, the oldest first.
  `CREATE TABLE ledger_key (
    key_id       text NOT NULL,
    verifier_key text NOT NULL,
    at           timestamptz NOT NULL,
    CONSTRAINT one_row_per_key PRIMARY KEY (key_id)
  )`,
  `CREATE TABLE ledger_sequencer (
    one        boolean NOT NULL DEFAULT true CONSTRAINT one_sequencer CHECK (one),
    holder     text NOT NULL,
    epoch      bigint NOT NULL,
    until      timestamptz NOT NULL,
    size       bigint NOT NULL,
    drained_at timestamptz NOT NULL,
    PRIMARY KEY (one)
  )`,
  "INSERT INTO ledger_sequencer VALUES (true, '', 0, '-infinity', 0, now())",
  // How far the rows that were there before the ledger have been entered.
  `CREATE TABLE ledger_backfill (
    source  text NOT NULL,
    after   text[] NOT NULL DEFAULT '{}',
    is_done boolean NOT NULL,
    CONSTRAINT one_row_per_source PRIMARY KEY (source)
  )`,
  `CREATE TABLE person_key (
    tenant     text NOT NULL,
    subject    text NOT NULL,
    key        bytea NOT NULL CONSTRAINT key_of_32_bytes CHECK (octet_length(key) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT one_key_per_person PRIMARY KEY (tenant, subject)
  )`,
];

/** A tile only ever gets wider, and a log only ever gets longer. */
const GROWS = [
  `CREATE FUNCTION refuse_other_tile() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     IF TG_OP = 'UPDATE' AND (NEW.level, NEW.n) = (OLD.level, OLD.n) AND NEW.width > OLD.width
       AND substring(NEW.data FOR 32 * OLD.width) = OLD.data THEN RETURN NEW; END IF;
     RAISE EXCEPTION 'ledger_tile is append-only: % refused', TG_OP USING ERRCODE = '42501';
   END $$`,
  `CREATE TRIGGER refuse_other_tile BEFORE UPDATE OR DELETE ON ledger_tile
   FOR EACH ROW EXECUTE FUNCTION refuse_other_tile()`,
  `CREATE FUNCTION refuse_shorter_log() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     IF TG_OP = 'UPDATE' AND NEW.size >= OLD.size AND NEW.epoch >= OLD.epoch THEN RETURN NEW; END IF;
     RAISE EXCEPTION 'a log never gets shorter: % refused', TG_OP USING ERRCODE = '42501';
   END $$`,
  `CREATE TRIGGER refuse_shorter_log BEFORE UPDATE OR DELETE ON ledger_sequencer
   FOR EACH ROW EXECUTE FUNCTION refuse_shorter_log()`,
];

const TENANT_TABLES = ["ledger_pending", "ledger_leaf", "person_key"];
const OPEN_TABLES = [
  "ledger_tile",
  "ledger_checkpoint",
  "ledger_cosignature",
  "ledger_key",
  "ledger_sequencer",
];
const APPEND_ONLY = ["ledger_leaf", "ledger_checkpoint", "ledger_cosignature", "ledger_key"];
const TABLES = [...TENANT_TABLES, ...OPEN_TABLES, "ledger_backfill"];

/** The tables of a service's log, and who may do what with them: the same in every service. */
export async function createLedger(db: QueryRunner, tables: LedgerTables): Promise<void> {
  for (const statement of CREATE) await db.query(statement);
  for (const { table } of tables.sources) await beginBackfill(db, table);
  for (const statement of rightsOf(tables)) await db.query(statement);
}

function rightsOf({ service, verb, sources }: LedgerTables): string[] {
  const [app, sequencer] = [appRole(service), sequencerRole(service)];
  const all = TABLES.join(", ");
  return [
    ...TENANT_TABLES.flatMap((table) => tenantWall(table, "own_tenant")),
    // The log's own entries are everybody's to check.
    `CREATE POLICY of_the_log ON ledger_leaf FOR SELECT USING (tenant = '${NO_TENANT}')`,
    ...APPEND_ONLY.flatMap((table) => appendOnly(table, verb)),
    ...GROWS,
    `CREATE TRIGGER ${verb}_change BEFORE UPDATE ON ledger_pending
     FOR EACH ROW EXECUTE FUNCTION ${verb}_change()`,
    ...["ledger_pending", "ledger_tile", "ledger_sequencer"].map(
      (table) => `CREATE TRIGGER ${verb}_truncate BEFORE TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION ${verb}_change()`,
    ),
    `REVOKE ALL ON ${all} FROM PUBLIC, ${app}, ${sequencer}`,
    `GRANT SELECT ON ledger_leaf, ${OPEN_TABLES.join(", ")} TO ${app}`,
    `GRANT SELECT, INSERT ON ledger_pending, person_key TO ${app}`,
    `GRANT USAGE ON SCHEMA public TO ${sequencer}`,
    `GRANT SELECT, INSERT, DELETE ON ledger_pending TO ${sequencer}`,
    `GRANT SELECT, INSERT ON ${APPEND_ONLY.join(", ")}, person_key TO ${sequencer}`,
    `GRANT SELECT, INSERT, UPDATE ON ledger_tile TO ${sequencer}`,
    `GRANT SELECT, UPDATE ON ledger_sequencer, ledger_backfill TO ${sequencer}`,
    // A policy is also for the members of its role, and the application is one.
    ...TENANT_TABLES.map(
      (table) => `CREATE POLICY every_tenant ON ${table} TO ${sequencer}
        USING (current_user = '${sequencer}') WITH CHECK (current_user = '${sequencer}')`,
    ),
    ...[...OPEN_TABLES, "ledger_backfill"].flatMap((table) => [
      `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
      `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
      `CREATE POLICY of_the_sequencer ON ${table} TO ${sequencer}
       USING (current_user = '${sequencer}') WITH CHECK (current_user = '${sequencer}')`,
    ]),
    // Hashes and signatures tell nothing of anybody.
    ...OPEN_TABLES.map((table) => `CREATE POLICY everybodys ON ${table} FOR SELECT USING (true)`),
    ...readersOf(sources).flatMap((table) => [
      `GRANT SELECT ON ${table} TO ${sequencer}`,
      `CREATE POLICY entered ON ${table} FOR SELECT TO ${sequencer}
       USING (current_user = '${sequencer}')`,
    ]),
  ];
}

function readersOf(sources: readonly LedgerSource[]): string[] {
  return [...new Set(sources.flatMap(({ table, reads = [] }) => [table, ...reads]))];
}

/** Row-level security holds for the owner too, and a migration has no tenant: lifted to look. */
async function beginBackfill(db: QueryRunner, table: string): Promise<void> {
  await db.query(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
  await db.query(
    `INSERT INTO ledger_backfill (source, is_done)
     SELECT '${table}', NOT EXISTS (SELECT FROM ${table})`,
  );
  await db.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
}

export async function dropLedger(db: QueryRunner, { service, sources }: LedgerTables) {
  const sequencer = sequencerRole(service);
  for (const table of readersOf(sources)) {
    await db.query(`DROP POLICY entered ON ${table}`);
    await db.query(`REVOKE SELECT ON ${table} FROM ${sequencer}`);
  }
  await db.query(`DROP TABLE ${TABLES.join(", ")}`);
  await db.query("DROP FUNCTION refuse_other_tile(), refuse_shorter_log()");
  await db.query(`REVOKE USAGE ON SCHEMA public FROM ${sequencer}`);
}
