import type { MigrationInterface, QueryRunner } from "typeorm";
import { tableRights } from "../../shared/postgres/table-rights.ts";

const { behindTenantWall, refuseChanges } = tableRights("gateway_app");

/** Who has seen which devices, a partition a month; see decision 0015. */
export class CreateAccessLog1764000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of CREATE) await db.query(statement);
    await behindTenantWall(db, "access_log", "SELECT, INSERT");
    await refuseChanges(db, "access_log");
    await db.query("REVOKE ALL ON SEQUENCE access_log_line FROM PUBLIC");
    await db.query("GRANT USAGE ON SEQUENCE access_log_line TO gateway_app");
    await db.query("REVOKE ALL ON FUNCTION open_access_log_months() FROM PUBLIC");
    await db.query("GRANT EXECUTE ON FUNCTION open_access_log_months() TO gateway_app");
    await db.query("SELECT open_access_log_months()");
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query("DROP FUNCTION open_access_log_months()");
    await db.query("DROP TABLE access_log");
    await db.query("DROP SEQUENCE access_log_line");
  }
}

const CREATE = [
  "CREATE SEQUENCE access_log_line",
  // Identifiers are compared byte by byte: in a language's order the index costs a fifth more.
  `CREATE TABLE access_log (
    tenant         text NOT NULL,
    at             timestamptz NOT NULL DEFAULT now(),
    line           bigint NOT NULL DEFAULT nextval('access_log_line'),
    request_id     text NOT NULL,
    subject        text NOT NULL,
    client         text,
    roles          text[] NOT NULL,
    document       text,
    text_hash      bytea CONSTRAINT sha256_of_text CHECK (octet_length(text_hash) = 32),
    operation      text,
    operation_type text
      CONSTRAINT known_operation_type CHECK (operation_type IN ('query', 'mutation', 'subscription')),
    devices        text[] COLLATE "C" NOT NULL,
    device_count   integer NOT NULL,
    device_hash    bytea CONSTRAINT sha256_of_devices CHECK (octet_length(device_hash) = 32),
    outcomes       text[] NOT NULL,
    status         smallint NOT NULL,
    ms             real NOT NULL,
    PRIMARY KEY (tenant, at, line),
    CONSTRAINT devices_named_or_hashed CHECK (
      CASE WHEN device_hash IS NULL THEN cardinality(devices) = device_count
        ELSE cardinality(devices) = 0 AND device_count > 0 END)
  ) PARTITION BY RANGE (at)`,
  // Without a list of pending entries: no line waits while those of others are sorted in.
  `CREATE INDEX access_log_devices ON access_log USING gin (devices) WITH (fastupdate = off)
    WHERE devices <> '{}'`,
  `CREATE INDEX access_log_larger ON access_log (tenant, at)
    WHERE devices = '{}' AND device_count > 0`,
  // Runs as the tables' owner. A table that is attached, unlike one made as a partition, does not
  // keep anybody from writing meanwhile.
  `CREATE FUNCTION open_access_log_months() RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DECLARE
    month timestamp;
    name text;
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('open_access_log_months'));
    FOR month IN SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n)
      FROM generate_series(0, 2) AS n
    LOOP
      name := 'access_log_' || to_char(month, 'YYYY_MM');
      CONTINUE WHEN to_regclass(name) IS NOT NULL;
      EXECUTE format('CREATE TABLE %I (LIKE access_log INCLUDING ALL EXCLUDING INDEXES)', name);
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
      EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
      EXECUTE format('CREATE POLICY own_tenant ON %I
        USING (tenant = current_setting(''app.tenant'', true))
        WITH CHECK (tenant = current_setting(''app.tenant'', true))', name);
      EXECUTE format('CREATE TRIGGER deny_truncate BEFORE TRUNCATE ON %I
        FOR EACH STATEMENT EXECUTE FUNCTION deny_change()', name);
      EXECUTE format('ALTER TABLE access_log ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        name, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
    END LOOP;
  END $$`,
];
