import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import pg from "pg";
import type { Caller } from "../../shared/caller.ts";
import { findDeviations } from "../../subgraphs/manufacturing/device/consistency.store.ts";
import {
  callerOf,
  type Factory,
  NOBODY_THERE,
  openFactory,
  RECORD,
  type Variables,
} from "./factory.ts";

let factory: Factory;
/** The same with a transaction for every record. */
let apart: Factory;
beforeAll(async () => {
  factory = await openFactory();
  apart = await openFactory(NOBODY_THERE, { coalesces: false });
  for (const one of [factory, apart]) await one.define({ name: "torque", type: "DECIMAL" });
});
afterAll(async () => {
  for (const one of [factory, apart]) {
    expect(await findDeviations(one.database.open().tenant("acme"), 10)).toEqual([]);
    await one.close();
  }
});

const STATIONS = Array.from({ length: 64 }, (_, index) => index);

function station(index: number): Caller {
  return callerOf("line", { subject: `station-${index}`, client: `line-${index % 4}` });
}

async function recordOne(on: Factory, who: Caller, row: Variables, key?: string) {
  const { data, errors } = await on.ask(who, RECORD, { input: [row], key });
  return errors[0] ? { code: errors[0].extensions.code } : data.recordDevices;
}

function countOf(verdicts: readonly { outcome: string }[]) {
  const count = (outcome: string) => verdicts.filter((one) => one.outcome === outcome).length;
  return [count("RECORDED"), count("REVISED"), count("UNCHANGED"), count("REFUSED")];
}

/** What is recorded of these devices, revision by revision, but when. */
function revisionsOf(on: Factory, prefix: string) {
  return on.database.admin<Variables>(
    `SELECT r.serial_number, r.revision, r.actor, r.reason, r.source, r.changed, r.lot_code, r.phase,
       r.site, r.attributes FROM device_revision r WHERE r.serial_number LIKE $1
     ORDER BY r.serial_number, r.revision`,
    [`${prefix}%`],
  );
}

describe("64 stations at once", () => {
  test("on different serial numbers share few transactions, and each keeps its own name", async () => {
    factory.database.sent.length = 0;
    const batches = await Promise.all(
      STATIONS.map((index) =>
        recordOne(
          factory,
          station(index),
          { serialNumber: `D-${index}`, lotCode: "A" },
          `d-${index}`,
        ),
      ),
    );
    const commits = factory.database.sent.filter((text) => text === "COMMIT").length;
    expect(commits).toBeLessThanOrEqual(4);
    for (const [index, batch] of batches.entries()) {
      expect(batch).toMatchObject({ recorded: 1, revised: 0, unchanged: 0, refused: 0 });
      expect(batch.verdicts).toEqual([
        {
          ...{ index: 0, serialNumber: `D-${index}`, outcome: "RECORDED", revision: 1 },
          ...{ code: null, message: null, field: null },
        },
      ]);
    }
    const revisions = await revisionsOf(factory, "D-");
    expect(revisions).toHaveLength(64);
    for (const { serial_number: name, actor, source } of revisions) {
      const index = Number(String(name).slice(2));
      expect([actor, source]).toEqual([`station-${index}`, `line-${index % 4}`]);
    }
  });

  test("on one serial number are judged one after the other, as without coalescing", async () => {
    for (const on of [factory, apart]) {
      const batches = await Promise.all(
        STATIONS.map((index) =>
          recordOne(on, station(index), {
            serialNumber: "S-1",
            lotCode: index % 2 === 0 ? "EVEN" : "ODD",
          }),
        ),
      );
      const verdicts = batches.map(({ verdicts: [verdict] }) => verdict);
      expect(countOf(verdicts)).toEqual([1, 0, 31, 32]);
      for (const { outcome, code } of verdicts) {
        if (outcome === "REFUSED") expect(code).toBe("ALREADY_RECORDED");
      }
      expect(await revisionsOf(on, "S-1")).toHaveLength(1);
    }
  });

  test("each adding another field to 8 devices lose nothing and repeat nothing", async () => {
    const fields = ["lotCode", "workOrder", "palletId", "packageId", "site", "line", "operator"];
    await Promise.all(
      STATIONS.map((index) => {
        const field = fields[Math.floor(index / 8)];
        const row = { serialNumber: `F-${index % 8}`, ...(field && { [field]: `X-${index}` }) };
        return recordOne(factory, station(index), row);
      }),
    );
    const rows = await factory.database.admin<{ known: string; revision: number }>(
      `SELECT revision, num_nonnulls(lot_code, work_order, pallet_id, package_id, site, line, operator)
         AS known FROM device WHERE serial_number LIKE 'F-%'`,
    );
    expect(rows).toHaveLength(8);
    for (const { known, revision } of rows) {
      expect(Number(known)).toBe(7);
      // The record that names no field is the first of its device, or finds it known.
      expect([7, 8]).toContain(revision);
    }
  });
});

test("verdicts and history are equal with coalescing off, whatever the stations send", async () => {
  const rowsOf = (index: number): Variables[] => {
    const serialNumber = `E-${index}`;
    return [
      { serialNumber, phase: "MANUFACTURING", site: "Lyon", attributes: { torque: index } },
      { serialNumber, phase: index % 3 === 0 ? "TESTING" : "FINAL_ASSEMBLY", site: "Porto" },
      { serialNumber, phase: "FINAL_ASSEMBLY", lotCode: `L-${index % 5}` },
      { serialNumber, lotCode: "OTHER", attributes: { torque: String(index) } },
      { serialNumber: index % 2 === 0 ? serialNumber : ` ${serialNumber}`, operator: "op\t1" },
      { serialNumber, attributes: { unknown: 1 } },
      { serialNumber, effectiveAt: "2999-01-01T00:00:00Z" },
      { serialNumber, source: "eol-3", palletId: "P" },
    ];
  };
  const told = await Promise.all(
    [factory, apart].map((on) =>
      Promise.all(
        STATIONS.slice(0, 24).map(async (index) => {
          const batches = [];
          for (const row of rowsOf(index)) batches.push(await recordOne(on, station(index), row));
          return batches;
        }),
      ),
    ),
  );
  expect(told[0]).toEqual(told[1]);
  expect(await revisionsOf(factory, "E-")).toEqual(await revisionsOf(apart, "E-"));
});

describe("idempotency keys", () => {
  test("one that is sent by all stations at once does the work once", async () => {
    const row = { serialNumber: "K-1", lotCode: "A" };
    const batches = await Promise.all(
      STATIONS.map((index) => recordOne(factory, station(index), row, "same-key")),
    );
    for (const batch of batches) expect(batch).toEqual(batches[0]);
    expect(batches[0].recorded).toBe(1);
    expect(await revisionsOf(factory, "K-1")).toHaveLength(1);
  });

  test("replayed, reused and new ones stand beside each other, each with its own answer", async () => {
    const rowOf = (index: number) => ({ serialNumber: `R-${index}`, lotCode: "A" });
    const send = (index: number, row: Variables) =>
      recordOne(factory, station(index), row, `r-${index}`);
    const first = await Promise.all(
      STATIONS.slice(0, 32).map((index) => send(index, rowOf(index))),
    );
    // A third asks again, a third asks something else under a used key, the others are new.
    const again = await Promise.all(
      STATIONS.slice(0, 48).map((index) =>
        send(index, index % 2 === 0 ? rowOf(index) : { ...rowOf(index), site: "Lyon" }),
      ),
    );
    for (const [index, answer] of again.entries()) {
      if (index >= 32) expect(answer).toMatchObject({ recorded: 1 });
      else if (index % 2 === 0) expect(answer).toEqual(first[index]);
      else expect(answer).toEqual({ code: "IDEMPOTENCY_KEY_REUSED" });
    }
    expect(await revisionsOf(factory, "R-")).toHaveLength(48);
  });

  test("one that was kept for a record alone holds for a coalesced one, and the other way round", async () => {
    const row = { serialNumber: "O-1", lotCode: "A", attributes: { torque: 1 } };
    const first = await recordOne(factory, station(1), row, "either-way");
    const { data } = await factory.ask("line", RECORD, { input: [row, row], key: "two-rows" });
    expect(data.recordDevices.verdicts).toMatchObject([
      { outcome: "UNCHANGED" },
      { code: "DUPLICATE_IN_BATCH" },
    ]);
    expect(await recordOne(factory, station(2), row, "two-rows")).toEqual({
      code: "IDEMPOTENCY_KEY_REUSED",
    });
    expect(await recordOne(factory, station(2), row, "either-way")).toEqual(first);
  });

  test.each(["", "has space", "x".repeat(129)])("key %j is refused", async (key) => {
    const answer = await recordOne(factory, station(1), { serialNumber: "U-1" }, key);
    expect(answer).toEqual({ code: "BAD_USER_INPUT" });
  });
});

test("a record that fails in the database fails alone", async () => {
  await factory.database.admin(`
    CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'poisoned'; END $$;
    CREATE TRIGGER poison BEFORE INSERT ON device FOR EACH ROW
      WHEN (NEW.lot_code = 'POISON') EXECUTE FUNCTION refuse_poison()`);
  const answers = await Promise.all(
    STATIONS.map((index) =>
      recordOne(factory, station(index), {
        serialNumber: `P-${index}`,
        lotCode: index === 17 ? "POISON" : "A",
        // New with these records: what was written of it before the failure is gone again.
        site: "POISONED-SITE",
      }),
    ),
  );
  await factory.database.admin("DROP TRIGGER poison ON device");
  for (const [index, answer] of answers.entries()) {
    if (index === 17) expect(answer).toEqual({ code: undefined });
    else expect(answer).toMatchObject({ recorded: 1 });
  }
  expect(await revisionsOf(factory, "P-")).toHaveLength(63);
  const site = "SELECT 1 FROM recorded_value WHERE field = 'site' AND value = 'POISONED-SITE'";
  expect(await factory.database.admin(site)).toHaveLength(1);
});

test("who runs out of time behind a held row is told so, and nobody else is", async () => {
  await factory.record({ serialNumber: "H-1", lotCode: "A" });
  const holder = new pg.Client({ connectionString: factory.database.adminUrl });
  await holder.connect();
  try {
    await holder.query("BEGIN; SELECT 1 FROM device WHERE serial_number = 'H-1' FOR UPDATE");
    const ask = (row: Variables, ms: number) =>
      factory.ask("line", RECORD, { input: [row] }, { deadlineAt: Date.now() + ms });
    const [held, free] = await Promise.all([
      ask({ serialNumber: "H-1", site: "Lyon" }, 400),
      ask({ serialNumber: "H-2", site: "Lyon" }, 8_000),
    ]);
    expect(held.codes).toEqual(["TIMEOUT"]);
    expect(free.data.recordDevices).toMatchObject({ recorded: 1 });
  } finally {
    await holder.end();
  }
  expect(await revisionsOf(factory, "H-1")).toHaveLength(1);
});

test("who has gone before the record was begun has nothing recorded", async () => {
  const [gone, here] = await Promise.all([
    factory.ask("line", RECORD, { input: [{ serialNumber: "G-1" }] }, { isGone: () => true }),
    factory.ask("line", RECORD, { input: [{ serialNumber: "G-2" }] }, { isGone: () => false }),
  ]);
  expect(gone.codes).toEqual(["TIMEOUT"]);
  expect(here.data.recordDevices).toMatchObject({ recorded: 1 });
  expect(await revisionsOf(factory, "G-1")).toEqual([]);
});

test("a service that ends writes what waits, and takes nothing more", async () => {
  const ending = await openFactory();
  const answers = STATIONS.map((index) =>
    recordOne(ending, station(index), { serialNumber: `Z-${index}` }),
  );
  // The records are in the queue then, and none of them is written.
  await new Promise((resolve) => setImmediate(resolve));
  const closed = ending.service.close();
  for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ recorded: 1 });
  await closed;
  expect(await recordOne(ending, station(1), { serialNumber: "Z-late" })).toEqual({
    code: "OVERLOADED",
  });
  expect(await revisionsOf(ending, "Z-")).toHaveLength(64);
  await ending.database.drop();
});
