import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { findDeviations } from "../../subgraphs/manufacturing/device/consistency.store.ts";
import { type Factory, openFactory } from "../manufacturing/factory.ts";
import { statements } from "../support/postgres.ts";
import { asOf, historyOf, scan, sendScans, verdictsOf } from "./scans.ts";

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
  await factory.define({ name: "torque", type: "DECIMAL" });
});
afterAll(() => factory.close());

const send = (...input: Parameters<typeof sendScans>[1][]) => sendScans(factory, ...input);
const at = (station: string) => ({ station });

describe("a scan", () => {
  test("counts once, and gets its first verdict however often it comes", async () => {
    const first = scan(1, { serialNumber: "A-1", phase: "TESTING", site: "Lyon" }, at("once"));
    const sent = await send(first);
    expect(verdictsOf(sent)).toEqual(["1 FIRST RECORDED 1"]);
    expect(sent.data.recordScans).toMatchObject({ recorded: 1, refused: 0, duplicates: 0 });
    await factory.record({ serialNumber: "A-1", lotCode: "L" });
    const again = await send(first, first);
    expect(verdictsOf(again)).toEqual(["1 DUPLICATE RECORDED 1", "1 DUPLICATE RECORDED 1"]);
    expect(again.data.recordScans).toMatchObject({ recorded: 2, duplicates: 2 });
    expect(await historyOf(factory, "A-1")).toMatchObject([
      { phase: "TESTING", effectiveAt: "2026-01-01T08:01:00.000000Z", source: "once" },
      { revision: 2, changed: ["lotCode"] },
    ]);
  });

  test("that was refused stays refused, and is made again under a number of its own", async () => {
    const record = { serialNumber: "A-2", attributes: { colour: "red" } };
    expect(verdictsOf(await send(scan(1, record, at("r"))))).toEqual([
      "1 FIRST REFUSED UNKNOWN_FIELD",
    ]);
    await factory.define({ name: "colour", type: "TEXT" });
    const again = scan(2, record, { ...at("r"), retryOf: 1 });
    const sent = await send(scan(1, record, at("r")), again);
    expect(verdictsOf(sent)).toEqual(["1 DUPLICATE REFUSED UNKNOWN_FIELD", "2 FIRST RECORDED 1"]);
  });

  test("keeps what no device could be called, and what no database could hold", async () => {
    const sent = await send(
      scan(1, { serialNumber: "" }, at("bad")),
      scan(2, { serialNumber: "A\u0000" }, at("bad")),
      scan(3, { serialNumber: "A-3", lotCode: "\ud800" }, at("bad")),
      scan(4, { serialNumber: "A-3", attributes: "red" }, at("bad")),
      scan(5, { serialNumber: "A-3" }, at("bad")),
    );
    const outcomes = verdictsOf(sent);
    expect(outcomes.slice(0, 4)).toEqual(
      [1, 2, 3, 4].map((n) => `${n} FIRST REFUSED INVALID_VALUE`),
    );
    expect(outcomes[4]).toBe("5 FIRST RECORDED 1");
    expect(verdictsOf(await send(scan(2, { serialNumber: "A\u0000" }, at("bad"))))).toEqual([
      "2 DUPLICATE REFUSED INVALID_VALUE",
    ]);
  });

  test("under a number that said something else is refused, and changes nothing", async () => {
    await send(scan(1, { serialNumber: "A-4" }, at("reused")));
    for (const other of [
      scan(1, { serialNumber: "A-5" }, at("reused")),
      scan(1, { serialNumber: "A-4", lotCode: "L" }, at("reused")),
      scan(
        1,
        { serialNumber: "A-4" },
        { ...at("reused"), scannedAt: "2026-01-01T08:01:00.000001Z" },
      ),
    ]) {
      expect(verdictsOf(await send(other))).toEqual(["1 NOT_KEPT REFUSED SCAN_SEQUENCE_REUSED"]);
    }
    const { data } = await factory.ask("support", `{ device(serialNumber: "A-5") { id } }`);
    expect(data.device).toBeNull();
  });

  test("is dated by its station's clock, however wrong that is; the answer says what the time is", async () => {
    const tomorrow = new Date(Date.now() + 30 * 3_600_000).toISOString();
    const sent = await send(
      scan(1, { serialNumber: "A-6" }, { ...at("ahead"), scannedAt: tomorrow }),
    );
    expect(verdictsOf(sent)).toEqual(["1 FIRST RECORDED 1"]);
    const { receivedAt } = sent.data.recordScans;
    expect(Math.abs(Date.parse(receivedAt) - Date.now())).toBeLessThan(10_000);
    const [revision] = await historyOf(factory, "A-6");
    expect(Date.parse(revision.effectiveAt)).toBe(Date.parse(tomorrow));
    expect(await asOf(factory, "A-6", receivedAt)).toBeNull();
  });
});

describe("scans of one batch", () => {
  test("are judged in the order of their numbers, several of one device too", async () => {
    const record = (phase: string) => ({ serialNumber: "B-1", phase, site: phase });
    const sent = await send(
      scan(3, record("PACKAGING"), at("batch")),
      scan(1, record("MANUFACTURING"), at("batch")),
      scan(4, record("TESTING"), at("batch")),
      scan(2, record("TESTING"), at("batch")),
      scan(1, record("MANUFACTURING"), at("batch")),
      scan(2, record("PACKAGING"), at("batch")),
    );
    expect(verdictsOf(sent)).toEqual([
      "3 FIRST REVISED 3",
      "1 FIRST RECORDED 1",
      "4 FIRST REFUSED PHASE_OUT_OF_ORDER",
      "2 FIRST REVISED 2",
      "1 DUPLICATE RECORDED 1",
      "2 NOT_KEPT REFUSED SCAN_SEQUENCE_REUSED",
    ]);
    expect((await historyOf(factory, "B-1")).map(({ phase }: { phase: string }) => phase)).toEqual([
      "MANUFACTURING",
      "TESTING",
      "PACKAGING",
    ]);
  });

  test("may be of a clock that was set back in between", async () => {
    const record = (phase: string) => ({ serialNumber: "B-2", phase });
    const made = (sequence: number, minute: string, phase: string) =>
      scan(sequence, record(phase), { ...at("back"), scannedAt: `2026-01-01T09:${minute}:00Z` });
    const sent = await send(
      made(1, "10", "MANUFACTURING"),
      made(2, "50", "PACKAGING"),
      made(3, "30", "TESTING"),
    );
    expect(verdictsOf(sent)).toEqual([
      "1 FIRST RECORDED 1",
      "2 FIRST REVISED 2",
      "3 FIRST REVISED 4",
    ]);
    expect(await asOf(factory, "B-2", "2026-01-01T09:40:00Z")).toMatchObject({ phase: "TESTING" });
    expect(await asOf(factory, "B-2", "2026-01-01T09:50:00Z")).toMatchObject({
      phase: "PACKAGING",
    });
  });

  test.each<[string, object, string]>([
    ["a number that is none", { sequence: 0 }, "BAD_USER_INPUT"],
    ["a station's name with a blank", { station: "eol 3" }, "BAD_USER_INPUT"],
    ["a journal's id that anybody could guess", { journal: "1" }, "BAD_USER_INPUT"],
  ])("are not read where one has %s", async (_, more, code) => {
    const { codes } = await send(scan(1, { serialNumber: "B-3" }, { ...at("none"), ...more }));
    expect(codes).toEqual([code]);
  });

  test("are at most 500", async () => {
    const many = Array.from({ length: 501 }, (_, n) =>
      scan(n + 1, { serialNumber: `C-${n}` }, at("many")),
    );
    expect((await send(...many)).codes).toEqual(["BATCH_TOO_LARGE"]);
  });

  test("cost few statements, however many they are", async () => {
    const phases = ["MANUFACTURING", "TESTING"];
    const batch = Array.from({ length: 500 }, (_, n) =>
      scan(n + 1, { serialNumber: `D-${n >> 1}`, phase: phases[n % 2], lotCode: "L" }, at("fast")),
    );
    factory.database.sent.length = 0;
    const sent = await send(...batch);
    expect(sent.data.recordScans).toMatchObject({ recorded: 250, revised: 250 });
    expect(statements(factory.database.sent).length).toBeLessThanOrEqual(16);
    factory.database.sent.length = 0;
    expect((await send(...batch)).data.recordScans.duplicates).toBe(500);
    expect(statements(factory.database.sent).length).toBeLessThanOrEqual(6);
  });
});

describe("stations at once", () => {
  test("one batch that is sent ten times at once is recorded once", async () => {
    const batch = Array.from({ length: 20 }, (_, n) =>
      scan(n + 1, { serialNumber: `G-${n}` }, at("race")),
    );
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(...batch)));
    const arrivals = answers.flatMap(verdictsOf).map((verdict) => verdict.split(" ")[1]);
    expect(arrivals.filter((arrival) => arrival === "FIRST")).toHaveLength(20);
    expect(arrivals.filter((arrival) => arrival === "DUPLICATE")).toHaveLength(180);
    const rows = await factory.database.admin("SELECT 1 FROM scan WHERE station = 'race'");
    expect(rows).toHaveLength(20);
  });

  test("that scan the same devices lose nothing and contradict nothing", async () => {
    const fields = ["lotCode", "workOrder", "palletId", "packageId", "partNumber", "fwVersion"];
    await Promise.all(
      fields.map((field, place) => {
        const numbers = Array.from({ length: 50 }, (_, n) => (place % 2 ? 50 - n : n + 1));
        const input = numbers.map((n, index) =>
          scan(index + 1, { serialNumber: `H-${n}`, [field]: "X" }, at(`h${place}`)),
        );
        return send(...input).then(verdictsOf);
      }),
    );
    const rows = await factory.database.admin(
      `SELECT 1 FROM device WHERE serial_number LIKE 'H-%' AND revision = 6
       AND (lot_code, work_order, pallet_id, package_id, part_number, fw_version) = ('X','X','X','X','X','X')`,
    );
    expect(rows).toHaveLength(50);
  });
});

test.each([
  "UPDATE scan SET outcome = 'UNCHANGED'",
  "DELETE FROM scan",
  "DELETE FROM station",
  "TRUNCATE scan",
  "DELETE FROM station_journal",
  "UPDATE station_journal SET journal = 'x'",
])("the application may not: %s", async (text) => {
  const acme = factory.database.open().tenant("acme");
  await expect(acme.run(text)).rejects.toThrow(/permission denied|append-only/);
  const beta = factory.database.open().tenant("beta");
  expect(await beta.run("SELECT 1 FROM scan UNION ALL SELECT 1 FROM station")).toEqual([]);
});

test("the record agrees with itself after all of this", async () => {
  expect(await findDeviations(factory.database.open().tenant("acme"), 10)).toEqual([]);
});
