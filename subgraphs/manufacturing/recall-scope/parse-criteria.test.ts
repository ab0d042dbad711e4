import { describe, expect, test } from "@jest/globals";
import { DomainError } from "../../../shared/domain-error.ts";
import type { FieldDefinition, FieldType } from "../field-definition/field-definition.ts";
import { LIMITS } from "../limits.ts";
import type { GivenCriteria, GivenField, GivenGroup } from "./given-criteria.ts";
import { parseCriteria } from "./parse-criteria.ts";
import { sentenceOf } from "./sentence.ts";

function definition(name: string, type: FieldType, isGroupable = false): FieldDefinition {
  return {
    ...{ name, type, isGroupable, isRequired: false, pattern: null, values: null },
    ...{ label: null, description: null, createdAt: "", retiredAt: null },
  };
}

const DEFINITIONS = [
  definition("reel", "TEXT", true),
  definition("grams", "INTEGER"),
  definition("offset", "DECIMAL"),
  definition("tested", "BOOLEAN"),
  definition("checkedOn", "DATE"),
];

const group = (field: string, values: string[], more: Partial<GivenGroup> = {}) => ({
  group: { field, values, ...more },
});
const lots = (...values: string[]) => group("lotCode", values);
const field = (name: string, more: Omit<GivenField, "name">) => ({ field: { name, ...more } });
const parse = (given: GivenCriteria) => parseCriteria(given, DEFINITIONS);

function refusal(given: GivenCriteria): { code: string; path: unknown; message: string } {
  try {
    parse(given);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { code: error.code, path: error.details.path, message: error.message };
  }
  throw new Error("was not refused");
}

const AT = "2025-06-01T00:00:00.000000Z";

describe("criteria that say nothing, or too much", () => {
  test.each<[GivenCriteria, string, string]>([
    [{}, "BAD_USER_INPUT", "criteria"],
    [{ ...lots("A"), ...field("phase", { in: ["TESTING"] }) }, "BAD_USER_INPUT", "criteria"],
    [{ allOf: [lots("A"), {}] }, "BAD_USER_INPUT", "allOf[1]"],
    [{ allOf: [] }, "CONTRADICTION", "allOf"],
    [lots(), "CONTRADICTION", "group.values"],
    [field("phase", { in: [] }), "CONTRADICTION", "field.in"],
    [{ serialNumber: { in: [] } }, "CONTRADICTION", "serialNumber.in"],
    [{ siblingsOf: { serialNumber: "A", by: [] } }, "CONTRADICTION", "siblingsOf.by"],
    [{ component: {} }, "BAD_USER_INPUT", "component"],
    [field("fwVersion", {}), "BAD_USER_INPUT", "field"],
    [field("fwVersion", { in: ["1.0"], from: "1.0" }), "BAD_USER_INPUT", "field"],
    [{ serialNumber: {} }, "BAD_USER_INPUT", "serialNumber"],
    [{ serialNumber: { from: "SN-1" } }, "BAD_USER_INPUT", "serialNumber"],
    [{ anyOf: [group("lotCodes", ["A"])] }, "UNKNOWN_FIELD", "anyOf[0].group"],
    [group("partNumber", ["A"]), "UNKNOWN_FIELD", "group"],
    [field("firmware", { in: ["A"] }), "UNKNOWN_FIELD", "field"],
    [field("serialNumber", { in: ["A"] }), "BAD_USER_INPUT", "field"],
    [{ siblingsOf: { serialNumber: "A", by: ["phase"] } }, "UNKNOWN_FIELD", "siblingsOf"],
    [lots("A\u0000"), "UNKNOWN_VALUE", "group"],
    [{ serialNumber: { in: [""] } }, "UNKNOWN_VALUE", "serialNumber"],
    [field("phase", { in: ["TESTNG"] }), "UNKNOWN_VALUE", "field"],
    [field("tested", { in: ["yes"] }), "BAD_USER_INPUT", "field"],
    [field("grams", { in: ["12.5"] }), "BAD_USER_INPUT", "field"],
    [field("offset", { from: "a" }), "BAD_USER_INPUT", "field"],
    [field("checkedOn", { from: "2025-02-30" }), "BAD_USER_INPUT", "field"],
    [field("producedAt", { in: ["2025-01-01"] }), "BAD_USER_INPUT", "field"],
    [field("producedAt", { from: "yesterday" }), "BAD_USER_INPUT", "field"],
    [field("lotCode", { from: "A", to: "B" }), "BAD_USER_INPUT", "field"],
    [field("fwVersion", { from: "latest" }), "BAD_USER_INPUT", "field"],
    [{ serialNumber: { from: "SN-1", to: "TN-2" } }, "BAD_USER_INPUT", "serialNumber"],
  ])("%j is refused with %s at %s", (given, code, path) => {
    expect(refusal(given)).toMatchObject({ code, path });
  });
});

describe("criteria that contradict themselves", () => {
  test.each<[GivenCriteria, string]>([
    [field("fwVersion", { from: "2.10.0", to: "2.9.0" }), "field"],
    [field("grams", { from: "10", to: "9" }), "field"],
    [field("producedAt", { from: "2025-01-02", to: "2025-01-01" }), "field"],
    [{ serialNumber: { from: "SN-9", to: "SN-1" } }, "serialNumber"],
    [group("lotCode", ["A"], { membership: "EVER", at: AT }), "group"],
    [{ allOf: [lots("A"), lots("B")] }, "allOf[1].group"],
    [{ allOf: [lots("A"), { allOf: [lots("B")] }] }, "allOf[1].allOf[0].group"],
    [{ allOf: [lots("A"), field("lotCode", { in: ["B"] })] }, "allOf[1].field"],
    [{ allOf: [lots("A", "B"), lots("B", "C"), lots("A", "C")] }, "allOf[2].group"],
    [
      { allOf: [field("fwVersion", { to: "2.9" }), field("fwVersion", { from: "2.10" })] },
      "allOf[1].field",
    ],
    [
      { allOf: [field("fwVersion", { from: "2.10" }), field("fwVersion", { in: ["2.9.3"] })] },
      "allOf[1].field",
    ],
    [
      {
        allOf: [
          { serialNumber: { from: "SN-01", to: "SN-10" } },
          { serialNumber: { from: "SN-11", to: "SN-20" } },
        ],
      },
      "allOf[1].serialNumber",
    ],
    [{ allOf: [lots("A"), { noneOf: [lots("A", "B")] }] }, "allOf[1].noneOf[0].group"],
    [
      { allOf: [{ noneOf: [group("lotCode", ["A"], { membership: "EVER" })] }, lots("A")] },
      "allOf[0].noneOf[0].group",
    ],
    [
      {
        allOf: [
          field("fwVersion", { from: "2.9", to: "2.10" }),
          { noneOf: [field("fwVersion", { to: "3" })] },
        ],
      },
      "allOf[1].noneOf[0].field",
    ],
    [
      {
        allOf: [
          { component: { supplier: "S", supplierLot: "L" } },
          { noneOf: [{ component: { supplier: "S" } }] },
        ],
      },
      "allOf[1].noneOf[0].component",
    ],
    [{ noneOf: [{ allOf: [lots("A"), lots("B")] }] }, "noneOf[0].allOf[1].group"],
  ])("%j cannot be met: %s", (given, path) => {
    expect(refusal(given)).toMatchObject({ code: "CONTRADICTION", path });
  });

  test.each<[GivenCriteria]>([
    [{ allOf: [lots("A", "B"), lots("B", "C")] }],
    [{ anyOf: [lots("A"), lots("B")] }],
    [{ allOf: [group("lotCode", ["A"], { membership: "EVER" }), lots("B")] }],
    [{ allOf: [group("lotCode", ["A"], { at: AT }), lots("B")] }],
    [{ allOf: [lots("A", "B"), { noneOf: [lots("A")] }] }],
    [{ allOf: [group("lotCode", ["A"], { membership: "EVER" }), { noneOf: [lots("A")] }] }],
    [
      {
        allOf: [
          { component: { supplier: "S" } },
          { noneOf: [{ component: { supplier: "S", supplierLot: "L" } }] },
        ],
      },
    ],
    [
      {
        allOf: [
          { component: { supplier: "S", membership: "EVER" } },
          { noneOf: [{ component: { supplier: "S" } }] },
        ],
      },
    ],
    [{ allOf: [field("fwVersion", { to: "2.9" }), field("fwVersion", { from: "2.9.0" })] }],
  ])("%j may be met", (given) => {
    expect(parse(given)).toMatchObject({ path: Object.keys(given)[0] });
  });
});

describe("limits", () => {
  const nested = (levels: number): GivenCriteria =>
    levels === 1 ? lots("A") : { allOf: [nested(levels - 1)] };

  test("criteria are so deep and no deeper", () => {
    const most = LIMITS.criteriaDepth;
    expect(parse(nested(most))).toMatchObject({ kind: "allOf" });
    const { code, message } = refusal(nested(most + 1));
    expect(code).toBe("CRITERIA_TOO_DEEP");
    expect(message).toContain(`at most ${most} levels deep, not ${most + 1}`);
  });

  test("criteria have so many clauses and no more", () => {
    const clauses = (count: number) => ({ anyOf: Array.from({ length: count }, () => lots("A")) });
    expect(parse(clauses(LIMITS.criteriaClauses))).toMatchObject({ kind: "anyOf" });
    expect(refusal(clauses(LIMITS.criteriaClauses + 1)).code).toBe("TOO_MANY_CLAUSES");
  });

  test("criteria have so many values and no more", () => {
    const most = LIMITS.criteriaValues;
    const values = Array.from({ length: most }, (_, at) => `L-${at}`);
    expect(parse(lots(...values))).toMatchObject({ kind: "values" });
    const tooMany = { anyOf: [lots(...values), lots("B")] };
    expect(refusal(tooMany)).toMatchObject({
      code: "LIMIT_EXCEEDED",
      path: "anyOf[1].group.values",
    });
  });
});

test.each<[GivenCriteria, string]>([
  [lots("A"), 'Devices of which lotCode is "A".'],
  [lots("A", "B", "C"), 'Devices of which lotCode is "A", "B" or "C".'],
  [group("reel", ["R"], { membership: "EVER" }), 'Devices of which reel was ever "R".'],
  [group("lotCode", ["A"], { at: AT }), `Devices of which lotCode was "A" at ${AT}.`],
  [
    {
      allOf: [
        { anyOf: [lots("A"), field("attributes.grams", { from: "007" })] },
        {
          noneOf: [
            field("fwVersion", { from: "2.9", to: "2.10" }),
            { component: { supplier: "S" } },
          ],
        },
      ],
    },
    'Devices of which (lotCode is "A" or grams is at least 007) and not (fwVersion is from 2.9 to 2.10 or a component with supplier "S" is installed).',
  ],
  [
    { serialNumber: { from: "SN-01", to: "SN-20" } },
    'Devices of which serialNumber is from "SN-01" to "SN-20".',
  ],
  [
    { serialNumber: { in: Array.from({ length: 11 }, (_, at) => `S${at}`) } },
    'Devices of which serialNumber is one of "S0", "S1", "S2", "S3", "S4", "S5", "S6", "S7" and 3 more.',
  ],
])("%j reads well", (given, sentence) => {
  expect(sentenceOf(parse(given))).toBe(sentence);
  expect(sentenceOf(parse(given), AT)).toBe(sentence.replace(/\.$/, `, as known at ${AT}.`));
});
