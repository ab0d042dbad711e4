import pg from "pg";
import { Database, type Statement, statement } from "../shared/postgres/database.ts";
import { measure, printFigures } from "./measure.ts";
import { scratchServer } from "./scratch-server.ts";

/** The four statements that Manufacturing sends for one walk, on a pool of 8, by 16 requests at once. */
const DEVICES = 20_000;
const TENANT = "demo";
const OPTIONS = { rounds: 5, secondsPerRound: 3, concurrency: 16 };

const STATEMENTS: readonly Statement[] = [
  statement("device", "SELECT * FROM device WHERE tenant = $1 AND lot_code = $2 LIMIT 1"),
  statement(
    "history",
    `SELECT * FROM device_revision WHERE tenant = $1 AND device_id =
       (SELECT device_id FROM device WHERE tenant = $1 AND lot_code = $2 LIMIT 1)
     ORDER BY revision LIMIT 21`,
  ),
  statement("count", "SELECT count(*) FROM device WHERE tenant = $1 AND lot_code = $2"),
  statement(
    "page",
    `SELECT device_id, serial_number, connhex_id FROM device
     WHERE tenant = $1 AND lot_code = $2 ORDER BY device_id LIMIT 51`,
  ),
];

const server = await scratchServer(DEVICES);
const { appUrl } = server.databases.manufacturing;
const bound = new Database({ url: appUrl, role: "manufacturing_app" });
const shared = new pg.Pool({ connectionString: appUrl, max: 8 });
const values = [TENANT, server.demo.examples.lotCode];

async function boundConnection(): Promise<number> {
  const sql = bound.tenant(TENANT);
  let rows = 0;
  for (const query of STATEMENTS) rows += (await sql.rows(query, values)).length;
  return rows;
}

async function transactionPerRequest(): Promise<number> {
  const client = await shared.connect();
  try {
    await client.query("BEGIN READ ONLY");
    await client.query({
      name: "tenant",
      text: "SELECT set_config('app.tenant', $1, true)",
      values: [TENANT],
    });
    let rows = 0;
    for (const query of STATEMENTS) rows += (await client.query({ ...query, values })).rows.length;
    await client.query("COMMIT");
    return rows;
  } finally {
    client.release();
  }
}

const [one, other] = [await boundConnection(), await transactionPerRequest()];
if (one !== other || one < 4) throw new Error(`the variants differ: ${one} and ${other} rows`);
const rows = await measure(
  [
    { name: "connection bound to one tenant", run: boundConnection },
    { name: "transaction with a local setting", run: transactionPerRequest },
  ],
  OPTIONS,
);
await shared.end();
await bound.close();
await server.remove();
printFigures({ devices: DEVICES, ...OPTIONS, node: process.version }, rows);
