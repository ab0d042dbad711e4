import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { findDeviations } from "../../subgraphs/manufacturing/device/consistency.store.ts";
import { type Factory, openFactory } from "../manufacturing/factory.ts";
import {
  asOf,
  HAND_OVER,
  historyOf,
  JOURNAL,
  STATIONS,
  scan,
  sendScans,
  verdictsOf,
} from "./scans.ts";

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
  await factory.define({ name: "torque", type: "DECIMAL" });
});
afterAll(() => factory.close());

const send = (...input: Parameters<typeof sendScans>[1][]) => sendScans(factory, ...input);
const at = (station: string) => ({ station });

describe("a late scan", () => {
  test("takes its place in time, and what is known of later is told again", async () => {
    const made = (sequence: number, day: string, record: object) =>
      scan(
        sequence,
        { serialNumber: "E-1", ...record },
        { ...at("late"), scannedAt: `2026-02-${day}T08:00:00Z` },
      );
    await send(
      made(1, "01", { phase: "MANUFACTURING", site: "Lyon", lotCode: "L" }),
      made(3, "20", {
        phase: "PACKAGING",
        site: "Porto",
        lotCode: "L",
        attributes: { torque: "4.5" },
      }),
    );
    const late = made(2, "10", { phase: "TESTING", site: "Graz", attributes: { torque: "4.5" } });
    expect(verdictsOf(await send(late))).toEqual(["2 FIRST REVISED 5"]);
    expect(await asOf(factory, "E-1", "2026-02-05T00:00:00Z")).toMatchObject({
      phase: "MANUFACTURING",
      attributes: {},
    });
    const then = { phase: "TESTING", site: "Graz", lotCode: "L", attributes: { torque: "4.5" } };
    expect(await asOf(factory, "E-1", "2026-02-15T00:00:00Z")).toMatchObject(then);
    expect(await asOf(factory, "E-1", "2026-02-25T00:00:00Z")).toMatchObject({
      ...then,
      phase: "PACKAGING",
      site: "Porto",
    });
    const told = (await historyOf(factory, "E-1")).slice(2);
    const again = "told again after scan 2 of late";
    expect(told.map(({ reason }: { reason: string }) => reason)).toEqual([again, null, again]);
    const { data } = await factory.ask("support", `{ device(serialNumber: "E-1") { phase site } }`);
    expect(data.device).toEqual({ phase: "PACKAGING", site: "Porto" });
  });

  test("that contradicts what came after it is refused", async () => {
    await send(
      scan(
        1,
        { serialNumber: "E-2", lotCode: "A" },
        { ...at("no"), scannedAt: "2026-03-01T08:00:00Z" },
      ),
    );
    const other = scan(
      2,
      { serialNumber: "E-2", lotCode: "B" },
      { ...at("no"), scannedAt: "2026-02-01T08:00:00Z" },
    );
    expect(verdictsOf(await send(other))).toEqual(["2 FIRST REFUSED ALREADY_RECORDED"]);
  });

  test("of a provisioned device leaves its link and its groups as they are", async () => {
    const made = (sequence: number, day: string, record: object) =>
      scan(
        sequence,
        { serialNumber: "E-3", ...record },
        { ...at("linked"), scannedAt: `2026-02-${day}T08:00:00Z` },
      );
    await send(made(1, "20", { phase: "PACKAGING", lotCode: "L-E3" }));
    await factory.ask(
      { subject: "service:ownership", tenant: "acme", roles: ["service"], client: null },
      "mutation ($input: [CloudIdentityLinkInput!]!) { linkCloudIdentities(input: $input) { linked } }",
      { input: [{ serialNumber: "E-3", connhexId: "hex-e3" }] },
    );
    expect(verdictsOf(await send(made(2, "10", { phase: "TESTING", lotCode: "L-E3" })))).toEqual([
      "2 FIRST REVISED 5",
    ]);
    const { data } = await factory.ask(
      "support",
      `{ device(connhexId: "hex-e3") { phase lot { deviceCount } } }`,
    );
    expect(data.device).toEqual({ phase: "PACKAGING", lot: { deviceCount: 1 } });
  });
});

describe("a station's name", () => {
  const other = "the-journal-of-another-machine";

  test("is its first journal's, until it is handed over", async () => {
    const first = scan(1, { serialNumber: "F-1" }, at("named"));
    await send(first, scan(5, { serialNumber: "F-5" }, at("named")));
    const taken = scan(6, { serialNumber: "F-6" }, { ...at("named"), journal: other });
    expect(verdictsOf(await send(taken))).toEqual(["6 NOT_KEPT REFUSED STATION_NAME_TAKEN"]);
    const handOver = { station: "named", journal: other, reason: "new computer" };
    const { data } = await factory.ask("line", HAND_OVER, handOver);
    expect(data.handOverStation).toMatchObject({ isHeldBy: true, firstSequence: 6, gaps: 3 });
    expect(verdictsOf(await send(taken))).toEqual(["6 FIRST RECORDED 1"]);
    expect((await factory.ask("line", HAND_OVER, handOver)).data.handOverStation).toMatchObject({
      firstSequence: 6,
    });
    const former = scan(2, { serialNumber: "F-2" }, at("named"));
    expect(verdictsOf(await send(first, former))).toEqual([
      "1 DUPLICATE RECORDED 1",
      "2 NOT_KEPT REFUSED STATION_NAME_TAKEN",
    ]);
    const low = scan(3, { serialNumber: "F-3" }, { ...at("named"), journal: other });
    expect(verdictsOf(await send(low))).toEqual(["3 NOT_KEPT REFUSED SCAN_SEQUENCE_REUSED"]);
  });

  test.each<[string, object, string]>([
    ["nobody's", { station: "nobodys" }, "NOT_FOUND"],
    ["given back", { station: "named", journal: JOURNAL }, "STATION_NAME_TAKEN"],
    ["given without a reason", { station: "named", reason: " " }, "REASON_REQUIRED"],
  ])("cannot be handed over where it is %s", async (_, more, code) => {
    const variables = { journal: "a-third-machine-altogether", reason: "moved", ...more };
    expect((await factory.ask("line", HAND_OVER, variables as never)).codes).toEqual([code]);
  });

  test("stands in the list of stations, with how far it came", async () => {
    const { data } = await factory.ask("engineering", STATIONS);
    const named = data.stations.find(({ station }: { station: string }) => station === "named");
    expect(named).toMatchObject({ journal: other, scanCount: 3, lastSequence: 6, gaps: 3 });
    expect(named.lastScannedAt).toBe("2026-01-01T08:06:00.000000Z");
  });

  test("keeps its journal's id from other stations, which could scan as this one with it", async () => {
    const asked = await factory.ask("line", STATIONS);
    expect(asked.codes).toContain("FORBIDDEN");
    expect(JSON.stringify(asked)).not.toContain(other);
    const isHeldBy = "query ($journal: ID!) { stations { station isHeldBy(journal: $journal) } }";
    const { data } = await factory.ask("line", isHeldBy, { journal: other });
    const holders = data.stations.filter((station: { isHeldBy: boolean }) => station.isHeldBy);
    expect(holders).toEqual([{ station: "named", isHeldBy: true }]);
  });

  test("is not used up by one scan with a number far ahead", async () => {
    const ahead = (sequence: number) => scan(sequence, { serialNumber: "F-7" }, at("far"));
    await send(ahead(1));
    expect(verdictsOf(await send(ahead(100_002), ahead(2_147_483_647)))).toEqual([
      "100002 NOT_KEPT REFUSED SCAN_SEQUENCE_AHEAD",
      "2147483647 NOT_KEPT REFUSED SCAN_SEQUENCE_AHEAD",
    ]);
    expect(verdictsOf(await send(ahead(100_001)))).toEqual(["100001 FIRST UNCHANGED 1"]);
  });
});

test("the record agrees with itself after late scans", async () => {
  expect(await findDeviations(factory.database.open().tenant("acme"), 10)).toEqual([]);
});

test.each<[tampering: string, kind: string]>([
  ["UPDATE station SET scan_count = scan_count - 1 WHERE station = 'late'", "STATION_DIFFERS"],
  ["UPDATE station SET journal = 'x' WHERE station = 'late'", "STATION_DIFFERS"],
  ["DELETE FROM scan WHERE station = 'late' AND sequence = 2", "STATION_DIFFERS"],
  ["UPDATE scan SET journal = 'x' WHERE station = 'named'", "SCAN_OF_ANOTHER_JOURNAL"],
  ["UPDATE scan SET revision = 99 WHERE serial_number = 'E-1'", "SCANNED_DEVICE_DIFFERS"],
])("%s is found", async (tampering, kind) => {
  await factory.database.admin(`SET session_replication_role = replica; ${tampering}`);
  const found = await findDeviations(factory.database.open().tenant("acme"), 100);
  expect(found.map((deviation) => deviation.kind)).toContain(kind);
});
