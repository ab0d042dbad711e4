import { describe, expect, test } from "@jest/globals";
import { camelCase, nearestOf, resolveColumns, unknownColumnError } from "./columns.ts";
import type { FieldDefinition } from "./field-definitions.ts";

const DEFINITIONS = [field("burnInMinutes"), field("grade"), field("oldGrade", "2026-01-01")];

describe("a column means the same in every spelling", () => {
  test.each([
    ["serial_number", "serialNumber"],
    ["Serial Number", "serialNumber"],
    ["serialNumber", "serialNumber"],
    ["manufacturing.serial_number", "serialNumber"],
    ["Manufacturing.PCB_Part_Number", "pcbPartNumber"],
    ["device.lot-code", "lotCode"],
    ["line", "line"],
    ["provision.init_id", "provision.initId"],
    ["connectable.init_key", "provision.initKey"],
    ["provision.name", "provision.name"],
    ["connectable.model", "provision.model"],
    ["connhex_id", "provision.connhexId"],
    ["manufacturing.connhexId", "provision.connhexId"],
    ["tenant", "tenant"],
    ["manufacturing.tenants", "tenant"],
    ["provision.tenant", "tenant"],
    ["attributes.burnInMinutes", "attributes.burnInMinutes"],
    ["burn_in_minutes", "attributes.burnInMinutes"],
    ["manufacturing.grade", "attributes.grade"],
    ["refused.code", "ignored"],
    ["init_key", "unknown"],
    ["oldGrade", "unknown"],
    ["attributes.serial_number", "unknown"],
    ["provision.migration_key", "unknown"],
    ["other.lot_code", "unknown"],
    ["", "unknown"],
  ])("%j is %s", (column, meaning) => {
    expect(meaningOf(column, "record")).toBe(meaning);
  });

  test.each([
    ["init_key", "provision.initKey"],
    ["name", "provision.name"],
    ["protected", "provision.isProtected"],
    ["serial_number", "serialNumber"],
  ])("in a file for provisioning, %j is %s", (column, meaning) => {
    expect(meaningOf(column, "provision")).toBe(meaning);
  });
});

test("two columns of one meaning refuse the file, but the serial number and its init_id may both be there", () => {
  const both = () => resolveColumns(["lot_code", "lotCode"], [], "record");
  expect(both).toThrow('the columns "lot_code" and "lotCode" both mean lotCode');
  const joined = ["manufacturing.serial_number", "provision.init_id"];
  expect(resolveColumns(joined, [], "record").unknown).toEqual([]);
});

test("unknown columns are named with the nearest known name", () => {
  const { unknown } = resolveColumns(["lot_cod", "humidity"], DEFINITIONS, "record");
  expect(unknownColumnError(unknown).message).toBe(
    'unknown columns: "lot_cod" (nearest known name: lotCode), "humidity"',
  );
});

test.each([
  ["burn_in_time", "burnInTime"],
  ["Burn-in Time", "burnInTime"],
  ["QR CODE", "qrCode"],
  ["operatorID", "operatorID"],
  ["NTIER Product", "ntierProduct"],
])("a field defined for the column %j is named %s", (column, name) => {
  expect(camelCase(column)).toBe(name);
});

test.each([
  ["firmwareversion", null],
  ["fw_versoin", "fwVersion"],
  ["xyz", null],
])("nearest to %j is %p", (name, nearest) => {
  expect(nearestOf(name, ["fwVersion", "lotCode"])).toBe(nearest);
});

function meaningOf(column: string, purpose: "record" | "provision"): string {
  const target = resolveColumns([column], DEFINITIONS, purpose).targets.get(column);
  switch (target?.kind) {
    case undefined:
      return "unknown";
    case "core":
      return target.field;
    case "attribute":
      return `attributes.${target.definition.name}`;
    case "provision":
      return `provision.${target.part}`;
    case "tenant":
    case "ignored":
      return target.kind;
  }
}

function field(name: string, retiredAt: string | null = null): FieldDefinition {
  const nothing = { pattern: null, values: null, label: null, description: null };
  return { name, type: "TEXT", isRequired: false, isGroupable: false, ...nothing, retiredAt };
}
