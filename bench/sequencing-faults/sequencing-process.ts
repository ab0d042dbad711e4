import "reflect-metadata";
import { setTimeout as sleep } from "node:timers/promises";
import { ENTER } from "../../shared/ledger-store/entry-sql.store.ts";
import { startLedger } from "../../shared/ledger-store/ledger.ts";
import { parseLogKeys } from "../../shared/ledger-store/log-keys.ts";
import { setLogWriter } from "../../shared/log.ts";
import { Database } from "../../shared/postgres/database.ts";
import { appRole } from "../../shared/postgres/migrate.ts";

const TENANT = "demo";
const WRITERS = 4;
const ENTRIES_MOST = 12;
/** Faults are to meet many commits, not many entries: each is judged after each fault. */
const PAUSE_MS = 10;
const REST_MS = 20;

/** What the parent hears: one line for each acknowledged statement, and for each signed tree. */
function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes entries as services do, and sequences them, until it is killed. */
async function main(): Promise<void> {
  const [databaseUrl = "", keyLine = "", life = ""] = process.argv.slice(2);
  setLogWriter((line) => tell(`L ${line}`));
  process.on("unhandledRejection", () => undefined);
  const database = new Database({ url: databaseUrl, role: appRole("manufacturing") });
  startLedger({
    ...{ service: "manufacturing", databaseUrl, database },
    keys: parseLogKeys(keyLine, "the campaign"),
    limits: { lookEveryMs: 20, retryMs: 50, leaseSeconds: 1, renewEveryMs: 300 },
    onCheckpoint: ({ size, root }) => tell(`C ${size} ${root.toString("base64")}`),
  });
  for (let writer = 0; writer < WRITERS; writer++) void write(database, `${life}/${writer}`);
  tell("UP");
}

async function write(database: Database, name: string): Promise<never> {
  const sql = database.tenant(TENANT);
  for (let next = 0; ; ) {
    const count = 1 + Math.floor(Math.random() * ENTRIES_MOST);
    const ids = Array.from({ length: count }, (_, index) => `${name}/${next + index}`);
    const texts = ids.map((id) => JSON.stringify({ id, filler: "x".repeat(200) }));
    try {
      await sql.rows(ENTER, [TENANT, ids, texts]);
      tell(`A ${name} ${next} ${count}`);
      await sleep(PAUSE_MS);
    } catch {
      // Nobody was told that they are there; perhaps they are.
      await sleep(REST_MS);
    }
    next += count;
  }
}

await main();
