import { type IncomingMessage, request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { setLogWriter } from "../../shared/log.ts";
import { testGateway } from "../support/gateway.ts";
import { type ServedPair, servedPair } from "../support/served-pair.ts";
import { type ExportWorld, openWorld, take, worldOf } from "./export-world.ts";

const ROWS = 20_000;
const FILL = `INSERT INTO device (tenant, device_id, serial_number, disposition, attributes, revision, recorded_at)
  SELECT 'demo', 1000000 + n, 'S-' || n, 'RELEASED', jsonb_build_object('note', repeat('before ', 90)), 1, now()
  FROM generate_series(1, $1::int) n`;
const BACKENDS = `SELECT pid FROM pg_stat_activity WHERE datname = current_database()
  AND query LIKE 'COPY%' AND state <> 'idle'`;
const SNAPSHOTS = `SELECT count(*)::int AS n FROM pg_stat_activity
  WHERE datname = current_database() AND usename <> 'postgres' AND state LIKE 'idle in transaction%'`;

let log: string[] = [];
beforeAll(() => setLogWriter((line) => void log.push(line)));
afterAll(() => setLogWriter(() => undefined));

/** What both ways of running the subgraphs promise. */
function promises(open: () => Promise<ExportWorld & { served?: ServedPair }>) {
  let world: ExportWorld & { served?: ServedPair };
  beforeAll(async () => {
    world = await open();
    await world.pair.databases.manufacturing.admin(FILL, [ROWS]);
  });
  afterAll(() => world.close());
  const admin = <Row>(text: string, values: unknown[] = []) =>
    world.pair.databases.manufacturing.admin<Row>(text, values);

  test("an export is of one moment, while others write", async () => {
    let isOver = false;
    const writing = (async () => {
      for (let n = 0; !isOver; n++) {
        await world.record({ serialNumber: `W-${n}`, lotCode: "W" });
        await admin(
          "UPDATE device SET lot_code = $1 WHERE device_id BETWEEN 1000001 AND 1020000 AND device_id % 97 = $2",
          [`N${n}`, n % 97],
        );
      }
    })();
    try {
      for (let n = 0; n < 4; n++) {
        const { body, headers, trailers } = await world.take("/exports/devices.ndjson");
        const rows = body.toString().trimEnd().split("\n");
        expect(String(rows.length)).toBe(headers["expected-rows"]);
        expect(trailers["row-count"]).toBe(headers["expected-rows"]);
        const again = await world.take(`/exports/files/${headers["export-id"]}`);
        expect(again.body.equals(body)).toBe(true);
        const moment = String(headers["export-moment"]);
        const recorded = rows.map((row) => (JSON.parse(row) as { recordedAt: string }).recordedAt);
        expect(recorded.filter((at) => at > moment)).toEqual([]);
        // An update of many rows is in it whole, or not at all.
        const [last = { n: 0 }] = await admin<{ n: number }>(
          "SELECT count(*)::int AS n FROM device WHERE device_id BETWEEN 1000001 AND 1020000 AND device_id % 97 = 5",
        );
        const lots = rows
          .map((row) => JSON.parse(row) as { serialNumber: string; lotCode: string | null })
          .filter(({ serialNumber }) => {
            const [, number = ""] = /^S-(\d+)$/.exec(serialNumber) ?? [];
            return number !== "" && (1_000_000 + Number(number)) % 97 === 5;
          });
        expect(lots).toHaveLength(last.n);
        expect(new Set(lots.map(({ lotCode }) => lotCode)).size).toBe(1);
      }
    } finally {
      isOver = true;
      await writing;
    }
  });

  test("a reader that does not read keeps no snapshot of the database", async () => {
    const { id, rows, leave } = await stalled(world, "/exports/devices.ndjson");
    const whole = await world.take(`/exports/files/${id}`);
    expect([whole.status, whole.headers["row-count"]]).toEqual([200, rows]);
    expect(await admin(SNAPSHOTS)).toEqual([{ n: 0 }]);
    leave();
  });

  test("an export whose database goes away ends without its end, and is no file", async () => {
    const killing = (async () => {
      for (;;) {
        const found = await admin<{ pid: number }>(BACKENDS);
        for (const { pid } of found) await admin("SELECT pg_terminate_backend($1)", [pid]);
        if (found.length > 0) return;
      }
    })();
    log = [];
    const taken = await world.take("/exports/devices.xlsx");
    await killing;
    expect([taken.isWhole, taken.trailers]).toEqual([false, {}]);
    const again = await world.take(`/exports/files/${taken.headers["export-id"]}`);
    expect([again.status, again.code]).toEqual([404, "NOT_FOUND"]);
    expect(log.some((line) => line.includes("export-failed"))).toBe(true);
    expect((await world.take("/exports/devices.csv")).isWhole).toBe(true);
  });

  test("a subgraph that cannot be asked is a refusal that may be tried again", async () => {
    const { manufacturing } = world.pair.databases;
    await manufacturing.stop();
    try {
      const { status, code } = await world.take("/exports/devices.csv");
      expect([status, code]).toEqual([503, "DATABASE_UNAVAILABLE"]);
    } finally {
      await manufacturing.resume();
    }
    expect((await world.take("/exports/devices.csv")).isWhole).toBe(true);
  });

  test("more exports at once than are granted are refused, and none is lost", async () => {
    const all = await Promise.all(
      Array.from({ length: 6 }, () => world.take("/exports/devices.xlsx")),
    );
    const whole = all.filter(({ isWhole, status }) => isWhole && status === 200);
    const refused = all.filter(({ status, code }) => status === 503 && code === "OVERLOADED");
    expect(whole.length).toBeGreaterThanOrEqual(2);
    expect(whole.length + refused.length).toBe(all.length);
    expect((await world.take("/exports/devices.csv")).isWhole).toBe(true);
  });
}

describe("in one process", () => promises(() => openWorld()));

describe("in split mode", () => {
  promises(async () => {
    const served = await servedPair();
    const world = worldOf(await testGateway({ remote: served.remote }), served.pair);
    return {
      ...world,
      served,
      close: async () => {
        await world.gateway.close();
        await served.close();
      },
    };
  });
});

test("a subgraph that is away is a refusal, and one that goes away cuts what it sends", async () => {
  const served = await servedPair();
  const gateway = await testGateway({ remote: served.remote });
  try {
    await served.pair.databases.manufacturing.admin(FILL, [ROWS]);
    const cut = take(gateway, "/exports/devices.xlsx");
    await new Promise((resolve) => setTimeout(resolve, 300));
    await served.stop("manufacturing");
    const { isWhole, status, trailers } = await cut;
    expect([status, isWhole, trailers]).toEqual([200, false, {}]);
    const away = await take(gateway, "/exports/devices.csv");
    expect([away.status, away.code]).toEqual([503, "SUBGRAPH_UNAVAILABLE"]);
    await served.resume("manufacturing");
    expect((await take(gateway, "/exports/devices.csv")).isWhole).toBe(true);
  } finally {
    await gateway.close();
    await served.close();
  }
});

test("a gateway that ends lets an export come to its end", async () => {
  const world = await openWorld();
  await world.pair.databases.manufacturing.admin(FILL, [ROWS]);
  const taking = world.take("/exports/devices.ndjson");
  await new Promise((resolve) => setTimeout(resolve, 150));
  await world.gateway.close();
  const { status, isWhole } = await taking;
  expect([status, isWhole]).toEqual([200, true]);
  await world.pair.close();
});

/** Begins an export and reads nothing of it. */
async function stalled({ gateway }: ExportWorld, path: string) {
  const authorization = `Bearer ${await gateway.token({ roles: ["analyst"] })}`;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const url = `${gateway.gateway.url}${path}`;
    const asked = request(url, { agent: false, headers: { authorization } }, resolve);
    asked.once("error", reject);
    asked.end();
  });
  answer.on("error", () => undefined);
  answer.pause();
  const { "export-id": id, "expected-rows": rows } = answer.headers;
  return { id, rows, leave: () => void answer.destroy() };
}
