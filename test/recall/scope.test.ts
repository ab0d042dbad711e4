import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Variables } from "../manufacturing/factory.ts";
import {
  ever,
  field,
  lot,
  openSmallFactory,
  type SmallFactory,
  siblings,
} from "./small-factory.ts";

let small: SmallFactory;
beforeAll(async () => {
  small = await openSmallFactory();
});
afterAll(() => small.factory.close());

test.each<[string, unknown, string]>([
  ["a lot now", lot("L-1"), "2"],
  ["a lot ever", ever("lotCode", "L-1"), "12"],
  ["lots that nobody is in any more, too", lot("L-1", "L-3"), "12"],
  ["a custom field", { group: { field: "reel", values: ["R-2"] } }, "2"],
  ["firmware as versions", field("fwVersion", { from: "1.9.2", to: "1.10" }), "12"],
  ["firmware before a release", field("fwVersion", { to: "1.10.0-rc.9" }), "1"],
  ["numbers as numbers", field("attributes.grams", { from: "3", to: "99" }), "2"],
  ["days, both included", field("producedAt", { from: "2025-01-02", to: "2025-01-03" }), "23"],
  ["a moment", field("producedAt", { to: "2025-01-02T12:00:00Z" }), "12"],
  ["serial numbers", { serialNumber: { from: "SN-002", to: "SN-004" } }, "234"],
  ["listed serial numbers", { serialNumber: { in: ["SN-005", "SN-001"] } }, "15"],
  ["a connhexId", field("connhexId", { in: ["hex-2"] }), "2"],
  ["what is not known excludes nothing", { noneOf: [lot("L-1", "L-2")] }, "15"],
  ["a value that only once was", field("partNumber", { in: ["P-2"] }), ""],
  ["all of several", { allOf: [lot("L-2"), field("phase", { in: ["TESTING"] })] }, "34"],
  ["any of several, each once", { anyOf: [lot("L-2"), ever("lotCode", "L-2", "L-3")] }, "134"],
  ["a component on any level", { component: { supplierLot: "C-1" } }, "13"],
  ["a component by its part", { component: { partNumber: "PCB", supplier: "ACME PARTS" } }, "1"],
  ["a component where it is", { component: { serialNumber: "M-1" } }, "3"],
  ["and where it ever was", { component: { serialNumber: "M-1", membership: "EVER" } }, "23"],
  ["what shares a lot with a device, which is one of them", siblings("SN-003", ["lotCode"]), "34"],
  ["ever", siblings("SN-001", ["lotCode"], "EVER"), "12"],
  ["any of several origins", siblings("SN-002", ["lotCode", "reel"]), "2"],
  ["the lot of a component's supplier", siblings("SN-001", ["supplierLot"]), "13"],
  ["a piece that was in both", siblings("SN-002", ["component"], "EVER"), "23"],
])("finds devices by %s", async (_, criteria, expected) => {
  expect(await small.found(criteria)).toBe(expected);
});

test("finds them as they were known", async () => {
  expect(await small.found(lot("L-1"), { knownAt: small.early })).toBe("12");
  expect(await small.found(lot("L-3"), { knownAt: small.early })).toBe("");
  expect(await small.found(field("partNumber", { in: ["P-2"] }), { knownAt: small.early })).toBe(
    "4",
  );
  expect(await small.found({ component: { supplierLot: "C-1" } }, { knownAt: small.early })).toBe(
    "",
  );
  expect(await small.found({ noneOf: [lot("L-1")] }, { knownAt: "2020-01-01T00:00:00Z" })).toBe("");
});

test("says in words what it asks, and as known when", async () => {
  const { data } = await small.ask(siblings("SN-001", ["lotCode"], "EVER"), {
    knownAt: small.early,
  });
  expect(data.recallScope.sentence).toBe(
    `Devices of which an origin of device "SN-001" is shared: lotCode was ever "L-1", as known at ${small.early}.`,
  );
  expect(data.recallScope.knownAt).toBe(small.early);
});

describe("a value that never existed is refused by name, and never read as none affected", () => {
  test.each<[unknown, Variables]>([
    [lot("L-1", "L-9"), { path: "group", field: "lotCode", value: "L-9", near: "L-1, L-2, L-3" }],
    [lot("l-3 "), { path: "group", value: '"l-3 "' }],
    [ever("reel", "R-11"), { field: "reel", near: "R-1" }],
    [
      { anyOf: [lot("L-1"), field("partNumber", { in: ["P-1", "P-l"] })] },
      { path: "anyOf[1].field", value: "P-l", near: "P-1, P-2" },
    ],
    [field("fwVersion", { in: ["1.10"] }), { field: "fwVersion", near: "1.10.0, 1.10.1" }],
    [field("fwVersion", { from: "29.0" }), { field: "fwVersion", value: "29.0 to " }],
    [field("grams", { in: ["101"] }), { field: "grams" }],
    [field("connhexId", { in: ["hex-3"] }), { field: "connhexId", near: "hex-1, hex-2" }],
    [{ serialNumber: { in: ["SN-006"] } }, { field: "serialNumber" }],
    [{ serialNumber: { from: "SN-100", to: "SN-200" } }, { field: "serialNumber" }],
    [{ serialNumber: { from: "SN-1", to: "SN-9" } }, { field: "serialNumber" }],
    [siblings("SN-01", ["lotCode"]), { path: "siblingsOf", field: "serialNumber" }],
    [{ component: { serialNumber: "M-2" } }, { field: "component serialNumber", value: "M-2" }],
    [
      { component: { partNumber: "PCB", supplierLot: "C-1" } },
      { field: "component", value: "PCB, C-1" },
    ],
  ])("%j", async (criteria, extensions) => {
    const { data, errors } = await small.ask(criteria);
    expect(data).toBeNull();
    expect(errors[0]?.extensions).toMatchObject({ code: "UNKNOWN_VALUE", ...extensions });
  });

  test("also of a device that shares nothing", async () => {
    const { errors } = await small.ask(siblings("SN-005", ["lotCode", "reel"]));
    expect(errors[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", path: "siblingsOf" });
    expect(errors[0]?.message).toContain("of device SN-005 no lotCode, reel is known");
  });

  test("and the place says which of two criteria is meant", async () => {
    const { errors } = await small.factory.ask(
      "analyst",
      `query ($a: RecallCriteria!, $b: RecallCriteria!) { compareRecallScopes(a: $a, b: $b) { inBoth { count } } }`,
      { a: lot("L-1"), b: { noneOf: [lot("L-9")] } },
    );
    expect(errors[0]?.extensions.path).toBe("b.noneOf[0].group");
  });
});
