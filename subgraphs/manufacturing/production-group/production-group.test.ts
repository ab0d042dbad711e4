import { expect, test } from "@jest/globals";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import { assertGroupable, groupChanges, groupFields, groupsOf } from "./production-group.ts";

const NONE = {
  lotCode: null,
  workOrder: null,
  productionOrder: null,
  palletId: null,
  packageId: null,
  attributes: {},
};

const definitions = ["reel", "note"].map(
  (name): FieldDefinition => ({
    name,
    type: "TEXT",
    isRequired: false,
    isGroupable: name === "reel",
    pattern: null,
    values: null,
    label: null,
    description: null,
    createdAt: "2026-01-01T00:00:00.000000Z",
    retiredAt: name === "reel" ? "2026-01-02T00:00:00.000000Z" : null,
  }),
);

const text = (groups: { field: string; value: string }[]) =>
  groups.map(({ field, value }) => `${field}=${value}`).join(" ");

test.each<[string, object | null, object, string]>([
  ["a new device joins", null, { lotCode: "A", palletId: "P" }, "lotCode=A palletId=P"],
  ["nothing changes", { lotCode: "A" }, { lotCode: "A" }, ""],
  ["it moves", { lotCode: "A" }, { lotCode: "B" }, "lotCode=B"],
  ["it leaves", { lotCode: "A" }, {}, "lotCode="],
  ["custom fields count", null, { attributes: { reel: 7, note: "x" } }, "reel=7"],
  ["false is a value", null, { attributes: { reel: false } }, "reel=false"],
  ["0 is a value", { attributes: { reel: 0 } }, { attributes: {} }, "reel="],
])("%s", (_, before, after, expected) => {
  const was = before && { ...NONE, ...before };
  expect(text(groupChanges(was, { ...NONE, ...after }, definitions))).toBe(expected);
});

test("the groups of a device are those of its values", () => {
  const device = { ...NONE, workOrder: "W", attributes: { reel: "r", note: "n" } };
  expect(text(groupsOf(device, groupFields(definitions)))).toBe("workOrder=W reel=r");
});

test.each<[string, boolean]>([
  ["lotCode", true],
  ["reel", true],
  ["note", false],
  ["partNumber", false],
  ["serialNumber", false],
  ["constructor", false],
])("%s groups devices: %s", (field, groups) => {
  const attempt = () => assertGroupable(field, definitions);
  if (groups) expect(attempt).not.toThrow();
  else expect(attempt).toThrow(expect.objectContaining({ code: "BAD_USER_INPUT" }));
});
