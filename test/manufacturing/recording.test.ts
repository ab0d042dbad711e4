import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { CORRECT, type Factory, openFactory, RECORD, type Variables } from "./factory.ts";

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
  await factory.define({ name: "torque", type: "DECIMAL" });
  await factory.define({ name: "note", type: "TEXT" });
});
afterAll(() => factory.close());

async function record(input: Variables[], key?: string) {
  const { data, errors } = await factory.ask("line", RECORD, { input, key });
  if (errors[0]) throw errors[0];
  return data.recordDevices;
}

async function revisionsOf(serialNumber: string) {
  const { data } = await factory.ask(
    "engineering",
    `query ($serialNumber: String) { device(serialNumber: $serialNumber) {
      revision recordedAt lotCode phase disposition site attributes
      history { totalCount nodes {
        revision recordedAt effectiveAt actor reason source changed lotCode phase attributes
      } }
    } }`,
    { serialNumber },
  );
  return data.device;
}

describe("law 1: what is recorded is never silently overwritten", () => {
  test("recording adds what is not known, and says what is known already", async () => {
    const first = await record([{ serialNumber: "L1", lotCode: "A", site: "Lyon" }]);
    expect(first).toMatchObject({ recorded: 1, revised: 0, unchanged: 0, refused: 0 });
    const same = await record([{ serialNumber: "L1", lotCode: "A", partNumber: null }]);
    expect(same.verdicts).toMatchObject([{ outcome: "UNCHANGED", revision: 1 }]);
    const more = await record([
      { serialNumber: "L1", lotCode: "A", attributes: { torque: "1.50" } },
    ]);
    expect(more.verdicts).toMatchObject([{ outcome: "REVISED", revision: 2 }]);
    const equal = await record([{ serialNumber: "L1", attributes: { torque: 1.5 } }]);
    expect(equal.verdicts).toMatchObject([{ outcome: "UNCHANGED", revision: 2 }]);
    expect((await revisionsOf("L1")).history.nodes.map((one: Variables) => one.changed)).toEqual([
      ["serialNumber", "lotCode", "disposition", "site"],
      ["torque"],
    ]);
  });

  test.each<[field: string, change: Variables]>([
    ["lotCode", { lotCode: "B" }],
    ["torque", { attributes: { torque: "2" } }],
    ["disposition", { disposition: "QUARANTINED" }],
    ["producedAt", { producedAt: "2026-01-02T00:00:00Z" }],
    ["site", { site: "Porto" }],
    ["site", { site: "Porto", phase: "TESTING" }],
  ])("another %s than the known one is refused, and nothing is written", async (field, change) => {
    const serialNumber = `L1-${JSON.stringify(change).length}-${field}`;
    const known = { lotCode: "A", site: "Lyon", phase: "TESTING", attributes: { torque: "1" } };
    await factory.record({ serialNumber, ...known, producedAt: "2026-01-01T00:00:00Z" });
    const { verdicts } = await record([{ serialNumber, partNumber: "new", ...change }]);
    expect(verdicts).toMatchObject([
      { outcome: "REFUSED", code: "ALREADY_RECORDED", field, revision: 1 },
    ]);
    expect(verdicts[0].message).toContain("revision 1");
    expect((await revisionsOf(serialNumber)).history.totalCount).toBe(1);
  });

  test("a phase goes forward with its site, line and operator, and never back", async () => {
    await factory.record({ serialNumber: "P1", phase: "MANUFACTURING", site: "Lyon", line: "1" });
    await factory.record({ serialNumber: "P1", phase: "TESTING", site: "Porto", operator: "op-7" });
    expect(await revisionsOf("P1")).toMatchObject({ phase: "TESTING", site: "Porto", revision: 2 });
    const { verdicts } = await record([{ serialNumber: "P1", phase: "FINAL_ASSEMBLY" }]);
    expect(verdicts).toMatchObject([{ outcome: "REFUSED", code: "PHASE_OUT_OF_ORDER" }]);
    await factory.correct("P1", 2, { phase: "FINAL_ASSEMBLY" });
    expect(await revisionsOf("P1")).toMatchObject({ phase: "FINAL_ASSEMBLY", revision: 3 });
  });

  test("a correction names its reason, and null clears", async () => {
    await factory.record({
      serialNumber: "C1",
      lotCode: "A",
      attributes: { note: "x", torque: 1 },
    });
    const changes = { lotCode: null, attributes: { note: null, torque: "2" } };
    await factory.correct("C1", 1, changes);
    const device = await revisionsOf("C1");
    expect(device).toMatchObject({ lotCode: null, attributes: { torque: "2" }, revision: 2 });
    expect(device.attributes).not.toHaveProperty("note");
    expect(device.history.nodes[1]).toMatchObject({
      actor: "engineering-1",
      reason: "found wrong at inspection",
      source: "test",
      changed: ["lotCode", "note", "torque"],
    });
  });

  test.each<[string, Variables, string, number, string]>([
    ["a stale revision", { lotCode: "Z" }, "why", 7, "STALE_REVISION"],
    ["no reason", { lotCode: "Z" }, "  ", 1, "REASON_REQUIRED"],
    ["nothing new", { lotCode: "A" }, "why", 1, "NOTHING_TO_CHANGE"],
    ["no disposition", { disposition: null }, "why", 1, "INVALID_VALUE"],
    ["control characters", { lotCode: "a\u0000b" }, "why", 1, "INVALID_VALUE"],
    ["control characters in the reason", { lotCode: "Z" }, "a\u0000b", 1, "INVALID_VALUE"],
    ["an unknown field", { attributes: { nope: 1 } }, "why", 1, "UNKNOWN_FIELD"],
  ])("a correction with %s is refused", async (_, changes, reason, expectedRevision, code) => {
    await record([{ serialNumber: "C2", lotCode: "A" }]);
    const asked = { serialNumber: "C2", changes, reason, expectedRevision };
    const { codes, errors } = await factory.ask("engineering", CORRECT, asked);
    expect(codes).toEqual([code]);
    if (code === "STALE_REVISION")
      expect(errors[0]?.extensions).toMatchObject({ presentRevision: 1 });
    expect((await revisionsOf("C2")).history.totalCount).toBe(1);
  });

  test("a correction of a device that is not recorded is refused", async () => {
    const asked = {
      serialNumber: "nowhere",
      changes: { site: "x" },
      reason: "r",
      expectedRevision: 1,
    };
    expect((await factory.ask("engineering", CORRECT, asked)).codes).toEqual(["NOT_FOUND"]);
  });
});

describe("law 6: batches are judged row by row", () => {
  const bad: [code: string, row: Variables][] = [
    ["INVALID_VALUE", { serialNumber: "" }],
    ["INVALID_VALUE", { serialNumber: " padded" }],
    ["INVALID_VALUE", { serialNumber: "nul\u0000" }],
    ["INVALID_VALUE", { serialNumber: "lone\ud800" }],
    ["INVALID_VALUE", { serialNumber: "x".repeat(129) }],
    ["INVALID_VALUE", { serialNumber: "B1", lotCode: "x".repeat(257) }],
    ["INVALID_VALUE", { serialNumber: "B2", lotCode: "" }],
    ["INVALID_VALUE", { serialNumber: "B3", operator: "tab\t" }],
    ["INVALID_VALUE", { serialNumber: "B4", attributes: [] }],
    ["INVALID_VALUE", { serialNumber: "B5", attributes: { note: "x".repeat(4_097) } }],
    ["INVALID_VALUE", { serialNumber: "B6", attributes: { note: "\udc00" } }],
    ["INVALID_VALUE", { serialNumber: "B7", attributes: { torque: "1e5" } }],
    ["INVALID_VALUE", { serialNumber: "B8", attributes: { torque: { deep: [1] } } }],
    ["UNKNOWN_FIELD", { serialNumber: "B9", attributes: { constructor: "x" } }],
    ["UNKNOWN_FIELD", { serialNumber: "B10", attributes: { "nul\u0000": "x" } }],
    ["UNKNOWN_FIELD", { serialNumber: "B11", attributes: JSON.parse('{"__proto__": 1}') }],
    ["INVALID_VALUE", { serialNumber: "B12", effectiveAt: "2999-01-01T00:00:00Z" }],
    ["INVALID_VALUE", { serialNumber: "B13", source: "\u2028" }],
    ["DUPLICATE_IN_BATCH", { serialNumber: "G1", lotCode: "other" }],
  ];

  test("bad rows are refused with field, code and reason; the good ones stand", async () => {
    const good = ["G1", "G2", "G3"].map((serialNumber) => ({ serialNumber, lotCode: "G" }));
    const input = [...good, ...bad.map(([, row]) => row), { serialNumber: "G4" }];
    const batch = await record(input, "mixed-1");
    expect(batch).toMatchObject({ recorded: 4, revised: 0, unchanged: 0, refused: bad.length });
    const refused = batch.verdicts.slice(3, -1);
    expect(refused.map(({ code }: Variables) => code)).toEqual(bad.map(([code]) => code));
    for (const { field, message } of refused) {
      expect(field).not.toBeNull();
      expect(message).toMatch(/./);
    }
    expect(batch.verdicts.map(({ index }: Variables) => index)).toEqual(input.map((_, at) => at));
    expect(await record(input, "mixed-1")).toEqual(batch);
  });

  test("the same key and content give the same verdicts again, in whatever order the keys stand", async () => {
    const first = await record([{ serialNumber: "K1", lotCode: "A", site: "Lyon" }], "key-1");
    const again = await record([{ site: "Lyon", lotCode: "A", serialNumber: "K1" }], "key-1");
    expect(again).toEqual(first);
    expect(again.recorded).toBe(1);
  });

  test("the same key with other content is refused, and writes nothing", async () => {
    await record([{ serialNumber: "K2" }], "key-2");
    const { codes } = await factory.ask("line", RECORD, {
      input: [{ serialNumber: "K3" }],
      key: "key-2",
    });
    expect(codes).toEqual(["IDEMPOTENCY_KEY_REUSED"]);
    expect(await revisionsOf("K3")).toBeNull();
  });

  test.each(["", "has space", "x".repeat(129), "nul\u0000", "é"])(
    "key %j is refused",
    async (key) => {
      const { codes } = await factory.ask("line", RECORD, { input: [], key });
      expect(codes).toEqual(["BAD_USER_INPUT"]);
    },
  );

  test("concurrent sendings of one key do the work once", async () => {
    const input = [{ serialNumber: "K4", lotCode: "A" }];
    const batches = await Promise.all(Array.from({ length: 20 }, () => record(input, "key-4")));
    for (const batch of batches) expect(batch).toEqual(batches[0]);
    expect((await revisionsOf("K4")).history.totalCount).toBe(1);
  });

  test("1,001 rows are refused, 1,000 are recorded", async () => {
    const rows = Array.from({ length: 1_001 }, (_, index) => ({ serialNumber: `M-${index}` }));
    expect((await factory.ask("line", RECORD, { input: rows })).codes).toEqual(["BATCH_TOO_LARGE"]);
    expect(await record(rows.slice(1))).toMatchObject({ recorded: 1_000 });
  });

  test("rows that are nested too deep are refused", async () => {
    const deep = JSON.parse(`${"[".repeat(6_000)}${"]".repeat(6_000)}`);
    const input = [{ serialNumber: "D1", attributes: { note: deep } }];
    const { codes } = await factory.ask("line", RECORD, { input, key: "deep" });
    expect(["BAD_USER_INPUT", undefined]).toContain(codes[0]);
    expect(await revisionsOf("D1")).toBeNull();
  });
});
