import { describe, expect, test } from "@jest/globals";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import { assertPresentRevision, judgeCorrection, judgeRecord } from "./device.ts";
import { type DeviceStatement, readFacts } from "./device-facts.ts";
import { type DeviceRecord, FACT_FIELDS, type KnownDevice } from "./device-record.ts";

const NOW = Date.parse("2026-01-31T08:00:00Z");

function definition(more: Partial<FieldDefinition>): FieldDefinition {
  return {
    name: "colour",
    type: "TEXT",
    isRequired: false,
    isGroupable: false,
    pattern: null,
    values: null,
    label: null,
    description: null,
    createdAt: "2026-01-01T00:00:00.000000Z",
    retiredAt: null,
    ...more,
  };
}
const RETIRED = "2026-01-02T00:00:00.000000Z";
const DEFINITIONS = [
  definition({}),
  definition({ name: "owner2", isRequired: true }),
  definition({ name: "old", retiredAt: RETIRED, isRequired: true }),
];

function known(more: Partial<DeviceRecord> = {}): KnownDevice {
  const empty = Object.fromEntries(FACT_FIELDS.map((field) => [field, null]));
  return {
    ...empty,
    connhexId: null,
    disposition: "RELEASED",
    attributes: { owner2: "x" },
    serialNumber: "SN-1",
    deviceId: 1,
    revision: 4,
    ...more,
  } as KnownDevice;
}

function factsOf(statement: Partial<DeviceStatement>) {
  const byName = new Map(DEFINITIONS.map((one) => [one.name, one]));
  return readFacts({ serialNumber: "SN-1", ...statement }, byName, NOW);
}

/** The fields that change, or the code of the refusal. */
function outcome(judge: () => { changed: string[] } | null): string {
  try {
    return judge()?.changed.join(" ") ?? "nothing";
  } catch (error) {
    return String((error as { extensions?: { code: string } }).extensions?.code ?? error);
  }
}

describe("recording", () => {
  test.each<[string, KnownDevice | null, Partial<DeviceStatement>, string]>([
    ["a new device", null, { attributes: { owner2: "x" } }, "serialNumber disposition owner2"],
    ["without what is required", null, {}, "FIELD_REQUIRED"],
    ["with null for what is required", null, { attributes: { owner2: null } }, "FIELD_REQUIRED"],
    ["a known device without it", known(), { site: "Lyon" }, "site"],
    ["what is not known yet", known(), { lotCode: "A", fwVersion: "1" }, "fwVersion lotCode"],
    ["what is known", known({ lotCode: "A" }), { lotCode: "A" }, "nothing"],
    ["null for what is known", known({ lotCode: "A" }), { lotCode: null }, "nothing"],
    ["another value", known({ lotCode: "A" }), { lotCode: "B" }, "ALREADY_RECORDED"],
    ["other letters", known({ lotCode: "A" }), { lotCode: "a" }, "ALREADY_RECORDED"],
    ["the same disposition", known(), { disposition: "RELEASED" }, "nothing"],
    ["another disposition", known(), { disposition: "SCRAPPED" }, "ALREADY_RECORDED"],
    ["a custom field", known(), { attributes: { colour: "red" } }, "colour"],
    ["the known custom value", known(), { attributes: { owner2: "x" } }, "nothing"],
    ["another custom value", known(), { attributes: { owner2: "y" } }, "ALREADY_RECORDED"],
    ["a retired field", known(), { attributes: { old: "y" } }, "UNKNOWN_FIELD"],
    ["the first phase", known({ site: "Lyon" }), { phase: "TESTING", site: "Porto" }, "phase site"],
    [
      "a later phase elsewhere",
      known({ phase: "TESTING", site: "Lyon", line: "1", operator: "o" }),
      { phase: "PACKAGING", site: "Porto", line: "2", operator: "p" },
      "phase site line operator",
    ],
    [
      "a later phase, but of another lot",
      known({ phase: "TESTING", lotCode: "A" }),
      { phase: "PACKAGING", lotCode: "B" },
      "ALREADY_RECORDED",
    ],
    [
      "the same phase elsewhere",
      known({ phase: "TESTING", site: "Lyon" }),
      { phase: "TESTING", site: "Porto" },
      "ALREADY_RECORDED",
    ],
    [
      "an earlier phase",
      known({ phase: "TESTING" }),
      { phase: "FINAL_ASSEMBLY" },
      "PHASE_OUT_OF_ORDER",
    ],
  ])("%s", (_, device, statement, expected) => {
    expect(outcome(() => judgeRecord(device, factsOf(statement), DEFINITIONS))).toBe(expected);
  });
});

describe("correcting", () => {
  test.each<[string, Partial<DeviceRecord>, Partial<DeviceStatement>, string]>([
    ["another value", { lotCode: "A" }, { lotCode: "B" }, "lotCode"],
    ["clearing", { lotCode: "A" }, { lotCode: null }, "lotCode"],
    ["clearing nothing", {}, { lotCode: null }, "NOTHING_TO_CHANGE"],
    ["the same value", { lotCode: "A" }, { lotCode: "A" }, "NOTHING_TO_CHANGE"],
    ["nothing at all", {}, {}, "NOTHING_TO_CHANGE"],
    ["an earlier phase", { phase: "TESTING" }, { phase: "MANUFACTURING" }, "phase"],
    ["the disposition", {}, { disposition: "SCRAPPED" }, "disposition"],
    ["clearing the disposition", {}, { disposition: null }, "INVALID_VALUE"],
    ["a custom value", {}, { attributes: { owner2: "y" } }, "owner2"],
    ["clearing what is required", {}, { attributes: { owner2: null } }, "FIELD_REQUIRED"],
    [
      "clearing what was retired",
      { attributes: { old: "v" } },
      { attributes: { old: null } },
      "old",
    ],
    ["what is retired", {}, { attributes: { old: "v" } }, "UNKNOWN_FIELD"],
  ])("%s", (_, record, statement, expected) => {
    const judge = () => judgeCorrection(known(record), factsOf(statement), DEFINITIONS);
    expect(outcome(judge)).toBe(expected);
  });

  test("looking at another revision names the present one", () => {
    expect(() => assertPresentRevision(known(), 3)).toThrow("SN-1 is at revision 4, not 3");
    expect(() => assertPresentRevision(known(), 4)).not.toThrow();
  });
});

test.each<[Partial<DeviceStatement>, string]>([
  [{ effectiveAt: "2026-02-01T07:59:59.000000Z" }, "ok"],
  [{ effectiveAt: "2026-02-01T08:00:01.000000Z" }, "effectiveAt"],
  [{ lotCode: "x".repeat(256) }, "ok"],
  [{ lotCode: "x".repeat(257) }, "lotCode"],
  [{ lotCode: "\u00a0x" }, "lotCode"],
  [{ lotCode: "a\u007fb" }, "lotCode"],
  [{ lotCode: "😀" }, "ok"],
  [{ lotCode: "\ud83d" }, "lotCode"],
  [{ source: "" }, "source"],
  [{ attributes: "colour=red" }, "attributes"],
  [{ attributes: [] }, "attributes"],
  [{ attributes: { colour: 1 } }, "colour"],
  [{ attributes: { nope: 1 } }, "nope"],
  [{ attributes: { toString: 1 } }, "toString"],
])("%j is judged by field: %s", (statement, expected) => {
  const field = () => {
    try {
      factsOf(statement);
      return "ok";
    } catch (error) {
      return (error as { details: { field: string } }).details.field;
    }
  };
  expect(field()).toBe(expected);
});
