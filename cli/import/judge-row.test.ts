import { describe, expect, test } from "@jest/globals";
import { resolveColumns } from "./columns.ts";
import type { FieldDefinition, FieldType } from "./field-definitions.ts";
import { judgeRow } from "./judge-row.ts";
import { WITHHELD } from "./report.ts";

const SERIAL = "serial_number";

describe("a row becomes a record and, where it asks for one, a cloud identity", () => {
  test.each<[string, Record<string, unknown>, object]>([
    [
      "empty cells say nothing",
      { [SERIAL]: "SN-1", lot_code: "", work_order: null },
      {
        record: { serialNumber: "SN-1" },
        provision: null,
      },
    ],
    [
      "a Connhex row",
      {
        "provision.init_id": "SN-1",
        "provision.init_key": "k".repeat(36),
        "provision.name": "N",
        "manufacturing.device_type": "pump",
      },
      {
        record: { serialNumber: "SN-1", deviceType: "pump" },
        provision: { serialNumber: "SN-1", initKey: "k".repeat(36), name: "N" },
      },
    ],
    [
      "a connhexId alone asks for an identity",
      { [SERIAL]: "SN-1", connhexId: "c-1" },
      {
        record: { serialNumber: "SN-1" },
        provision: { serialNumber: "SN-1", connhexId: "c-1" },
      },
    ],
    [
      "words and times in any form",
      {
        [SERIAL]: "SN-1",
        phase: "final assembly",
        disposition: "quarantined",
        produced_at: "2026-01-31T09:00:00+01:00",
      },
      {
        record: {
          serialNumber: "SN-1",
          phase: "FINAL_ASSEMBLY",
          disposition: "QUARANTINED",
          producedAt: "2026-01-31T08:00:00.000000Z",
        },
        provision: null,
      },
    ],
    [
      "custom fields by their type",
      {
        [SERIAL]: "SN-1",
        "attributes.minutes": "90",
        "attributes.volts": "12.50",
        "attributes.sealed": "yes",
        "attributes.testedOn": "2026-01-31",
        "attributes.grade": "A",
      },
      {
        record: {
          serialNumber: "SN-1",
          attributes: {
            minutes: 90,
            volts: "12.50",
            sealed: true,
            testedOn: "2026-01-31",
            grade: "A",
          },
        },
        provision: null,
      },
    ],
    [
      "its tenant is ours",
      { [SERIAL]: "SN-1", tenants: '["other","demo"]' },
      {
        record: { serialNumber: "SN-1" },
        provision: null,
      },
    ],
    [
      "its tenants as a list",
      { [SERIAL]: "SN-1", tenants: ["demo"] },
      {
        record: { serialNumber: "SN-1" },
        provision: null,
      },
    ],
  ])("%s", (_, cells, expected) => {
    expect(judge(cells)).toEqual(expected);
  });
});

describe("a row is refused, naming the column", () => {
  test.each<[Record<string, unknown>, string, string, string]>([
    [{ lot_code: "L-1" }, "FIELD_REQUIRED", "serialNumber", "no serial number"],
    [
      { [SERIAL]: "SN-1", "provision.init_id": "SN-2" },
      "INVALID_VALUE",
      "provision.init_id",
      '"SN-2" is not the serial number "SN-1"',
    ],
    [{ [SERIAL]: " SN-1" }, "INVALID_VALUE", SERIAL, "white space"],
    [{ [SERIAL]: "SN\u0000" }, "INVALID_VALUE", SERIAL, "control characters"],
    [{ [SERIAL]: "S".repeat(129) }, "INVALID_VALUE", SERIAL, "at most 128"],
    [{ [SERIAL]: 42 }, "INVALID_VALUE", SERIAL, "must be text, not the number 42"],
    [{ [SERIAL]: "SN-1", lot_code: ["L"] }, "INVALID_VALUE", "lot_code", "not a list"],
    [
      { [SERIAL]: "SN-1", phase: "shipping" },
      "INVALID_VALUE",
      "phase",
      "must be one of MANUFACTURING",
    ],
    [
      { [SERIAL]: "SN-1", produced_at: "2026-01-31 08:00" },
      "INVALID_VALUE",
      "produced_at",
      "with its offset",
    ],
    [
      { [SERIAL]: "SN-1", produced_at: "2026-02-31T08:00:00Z" },
      "INVALID_VALUE",
      "produced_at",
      "must be a time",
    ],
    [
      { [SERIAL]: "SN-1", "attributes.minutes": "9.5" },
      "INVALID_VALUE",
      "attributes.minutes",
      "an integer",
    ],
    [
      { [SERIAL]: "SN-1", "attributes.volts": "12V" },
      "INVALID_VALUE",
      "attributes.volts",
      "a decimal",
    ],
    [
      { [SERIAL]: "SN-1", "attributes.sealed": "maybe" },
      "INVALID_VALUE",
      "attributes.sealed",
      "true or false",
    ],
    [
      { [SERIAL]: "SN-1", "attributes.testedOn": "31.1.2026" },
      "INVALID_VALUE",
      "attributes.testedOn",
      "a day",
    ],
    [
      { [SERIAL]: "SN-1", "attributes.grade": "C" },
      "INVALID_VALUE",
      "attributes.grade",
      "one of A, B",
    ],
    [
      { [SERIAL]: "SN-1", "attributes.code": "X1" },
      "INVALID_VALUE",
      "attributes.code",
      "does not match",
    ],
    [{ [SERIAL]: "SN-1", tenant: "other" }, "WRONG_TENANT", "tenant", 'of "other", not demo'],
    [
      { [SERIAL]: "SN-1", "provision.init_key": WITHHELD },
      "INVALID_VALUE",
      "provision.init_key",
      "put it back",
    ],
  ])("%j", (cells, code, field, reason) => {
    expect(judge(cells)).toEqual({ code, field, reason: expect.stringContaining(reason) });
  });

  test("without repeating its init key", () => {
    const refusal = judge({ [SERIAL]: "SN-1", "provision.init_key": " secret\u0007key " });
    expect(refusal).toMatchObject({ code: "INVALID_VALUE", field: "provision.init_key" });
    expect(JSON.stringify(refusal)).not.toContain("secret");
  });
});

function judge(cells: Record<string, unknown>) {
  const { targets } = resolveColumns(Object.keys(cells), DEFINITIONS, "record");
  const row = { line: 2, cells: new Map(Object.entries(cells)), defect: null };
  return judgeRow(row, { targets, tenant: "demo", timeZone: null });
}

const DEFINITIONS = [
  field("minutes", "INTEGER"),
  field("volts", "DECIMAL"),
  field("sealed", "BOOLEAN"),
  field("testedOn", "DATE"),
  field("grade", "ENUM", { values: ["A", "B"] }),
  field("code", "TEXT", { pattern: "[0-9]+" }),
];

function field(
  name: string,
  type: FieldType,
  more: Partial<FieldDefinition> = {},
): FieldDefinition {
  const nothing = { pattern: null, values: null, label: null, description: null, retiredAt: null };
  return { name, type, isRequired: false, isGroupable: false, ...nothing, ...more };
}
