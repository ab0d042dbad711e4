import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { tenantWall } from "../../shared/postgres/tenant-wall.ts";

interface Server {
  adminUrl(database: string): string;
}

const TABLES = {
  manufacturing: ["device", "device_revision"],
  ownership: [
    "cloud_identity",
    "ownership",
    "ownership_revision",
    "owner",
    "owner_key",
    "owner_contact",
  ],
} as const;

/**
 * Keys, foreign keys and indexes as somebody would make them who keeps both stores in one database:
 * the lot is a table of its own, and every relation of the Walk is a foreign key, real or declared.
 */
const RELATIONS = [
  "CREATE TABLE lot AS SELECT DISTINCT tenant, lot_code FROM device WHERE lot_code IS NOT NULL",
  "ALTER TABLE lot ADD PRIMARY KEY (tenant, lot_code)",
  "ALTER TABLE device ADD PRIMARY KEY (device_id), ADD UNIQUE (tenant, connhex_id)",
  "CREATE INDEX device_of_lot ON device (tenant, lot_code, device_id)",
  "ALTER TABLE device_revision ADD PRIMARY KEY (device_id, revision)",
  "ALTER TABLE cloud_identity ADD PRIMARY KEY (tenant, connhex_id)",
  "ALTER TABLE ownership ADD PRIMARY KEY (tenant, connhex_id)",
  "ALTER TABLE ownership_revision ADD PRIMARY KEY (tenant, connhex_id, revision)",
  "ALTER TABLE owner ADD PRIMARY KEY (tenant, owner_id)",
  "ALTER TABLE owner_key ADD PRIMARY KEY (tenant, owner_id)",
  "ALTER TABLE owner_contact ADD PRIMARY KEY (tenant, owner_id)",
  `ALTER TABLE device ADD FOREIGN KEY (tenant, lot_code) REFERENCES lot (tenant, lot_code)`,
  "ALTER TABLE device_revision ADD FOREIGN KEY (device_id) REFERENCES device (device_id)",
  "ALTER TABLE owner_key ADD FOREIGN KEY (tenant, owner_id) REFERENCES owner (tenant, owner_id)",
  "ALTER TABLE owner_contact ADD FOREIGN KEY (tenant, owner_id) REFERENCES owner (tenant, owner_id)",
  "ALTER TABLE ownership ADD FOREIGN KEY (tenant, owner_id) REFERENCES owner (tenant, owner_id)",
  `CREATE VIEW ownership_period WITH (security_invoker) AS
   SELECT r.tenant, r.connhex_id, r.revision, r.owner_id, r.at AS "from", n.at AS "to"
   FROM ownership_revision r LEFT JOIN ownership_revision n
     ON n.tenant = r.tenant AND n.connhex_id = r.connhex_id AND n.revision = r.revision + 1
   WHERE r.owner_id IS NOT NULL`,
  // Cloud identities of former links have no device any more, so these are declared, not checked.
  `COMMENT ON TABLE cloud_identity IS
   E'@foreignKey (tenant, connhex_id) references device (tenant, connhex_id)'`,
  `COMMENT ON TABLE ownership IS
   E'@foreignKey (tenant, connhex_id) references device (tenant, connhex_id)'`,
  `COMMENT ON VIEW ownership_period IS
   E'@primaryKey tenant,connhex_id,revision\\n@foreignKey (tenant, connhex_id) references device (tenant, connhex_id)\\n@foreignKey (tenant, owner_id) references owner (tenant, owner_id)'`,
];

const RIGHTS = [
  "GRANT USAGE ON SCHEMA public TO one_store_app",
  "GRANT SELECT ON ALL TABLES IN SCHEMA public TO one_store_app",
];

/** Copies what the Walk needs of both services' tables into one new database, as its superuser. */
export async function makeOneStore(server: Server, password: string): Promise<void> {
  await withClient(server.adminUrl("postgres"), async (admin) => {
    await admin.query("DROP DATABASE IF EXISTS one_store");
    await admin.query("DROP ROLE IF EXISTS one_store_app");
    await admin.query(`CREATE ROLE one_store_app LOGIN PASSWORD ${admin.escapeLiteral(password)}`);
    await admin.query("CREATE DATABASE one_store");
  });
  await withClient(server.adminUrl("one_store"), async (target) => {
    for (const [service, tables] of Object.entries(TABLES)) {
      await withClient(server.adminUrl(service), async (source) => {
        for (const table of tables) await copyTable(source, target, table);
      });
    }
    await target.query("SET maintenance_work_mem = '512MB'");
    for (const statement of RELATIONS) await target.query(statement);
    for (const table of [...Object.values(TABLES).flat(), "lot"]) {
      for (const statement of tenantWall(table, "own_tenant")) await target.query(statement);
    }
    for (const statement of RIGHTS) await target.query(statement);
    await target.query("VACUUM ANALYZE");
  });
}

interface SourceColumn {
  name: string;
  type: string;
  isNeeded: boolean;
}

async function copyTable(source: pg.Client, target: pg.Client, table: string): Promise<void> {
  const { rows } = await source.query<SourceColumn>(
    `SELECT quote_ident(attname) AS name, format_type(atttypid, atttypmod) AS type,
       attnotnull AS "isNeeded"
     FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
     ORDER BY attnum`,
    [table],
  );
  const columns = rows.map(
    ({ name, type, isNeeded }) => `${name} ${type} ${isNeeded ? "NOT NULL" : ""}`,
  );
  await target.query(`CREATE TABLE ${table} (${columns.join(", ")})`);
  await pipeline(
    source.query(copyTo(`COPY ${table} TO STDOUT (FORMAT binary)`)),
    target.query(copyFrom(`COPY ${table} FROM STDIN (FORMAT binary)`)),
  );
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
