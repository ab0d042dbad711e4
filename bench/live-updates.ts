import pg from "pg";
import { measure, printFigures } from "./measure.ts";
import { scratchServer } from "./scratch-server.ts";

/**
 * What it costs the writers of records that live updates are told of each: nothing told, a
 * notification in the transaction, and a row in a small table. 64 writers, each on a connection of
 * its own; one round trip a transaction, so that the server is what is measured.
 */
const DEVICES = 20_000;
const WRITERS = 64;
const OPTIONS = { rounds: 6, secondsPerRound: 4, concurrency: WRITERS };

const server = await scratchServer(DEVICES);
const pool = new pg.Pool({
  connectionString: server.databases.manufacturing.ownerUrl,
  max: WRITERS,
  options: "-c app.tenant=bench",
});
let last = 1_000_000_000;

/** The statements of one recorded device, as DeviceWriter sends them, in one text. */
async function recordOne(told: (deviceId: number) => string): Promise<void> {
  const id = ++last;
  const values = `'SN-${id}', 'PN-7', 'LOT-${id % 500}', 'WO-${id % 900}', 'RELEASED', '{"boardColour":"green"}'`;
  const columns = "serial_number, part_number, lot_code, work_order, disposition, attributes";
  await pool.query(`BEGIN;
    INSERT INTO device_identifier VALUES ('bench', 'serialNumber', 'SN-${id}', ${id});
    INSERT INTO device (tenant, device_id, revision, recorded_at, ${columns})
      VALUES ('bench', ${id}, 1, now(), ${values});
    INSERT INTO device_revision (tenant, device_id, revision, recorded_at, effective_at, actor, changed, ${columns})
      VALUES ('bench', ${id}, 1, now(), now(), 'line-1', '{}', ${values});
    INSERT INTO device_group VALUES ('bench', 'lotCode', 'LOT-${id % 500}', ${id}, 1),
      ('bench', 'workOrder', 'WO-${id % 900}', ${id}, 1);
    ${told(id)}
    COMMIT`);
}

const notified = (id: number) => `SELECT pg_notify('device_changed', 'bench ${id}.1');`;
const rowWritten = (id: number) =>
  `INSERT INTO device_change (tenant, device_ids, revisions) VALUES ('bench', '{${id}}', '{1}');`;

const listener = new pg.Client({ connectionString: server.databases.manufacturing.ownerUrl });
await listener.connect();
await listener.query("LISTEN device_changed");

const rows = await measure(
  [
    { name: "nothing told", run: () => recordOne(() => "") },
    { name: "pg_notify in the transaction", run: () => recordOne(notified) },
    { name: "a row in a small table", run: () => recordOne(rowWritten) },
  ],
  OPTIONS,
);
await listener.end();
await pool.end();
await server.remove();
const [base] = rows;
printFigures(
  { writers: WRITERS, ...OPTIONS, node: process.version },
  rows.map((row) => ({
    ...row,
    cost: `${Math.round((1 - row.perSecond / (base?.perSecond ?? 1)) * 1_000) / 10} %`,
  })),
);
