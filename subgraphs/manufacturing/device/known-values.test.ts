import { expect, test } from "@jest/globals";
import { KnownValues } from "./known-values.ts";

const SITE = { field: "site", value: "Lyon" };

test("a value is known of the tenant and the field that it was found in, and of no other", () => {
  const known = new KnownValues();
  known.add("acme", SITE);
  expect(known.has("acme", SITE)).toBe(true);
  expect(known.has("zeta", SITE)).toBe(false);
  expect(known.has("acme", { field: "line", value: "Lyon" })).toBe(false);
  expect(known.has("acme", { field: "site", value: "Porto" })).toBe(false);
});

test("of too many values and tenants some are looked for again, and none is made up", () => {
  const known = new KnownValues();
  for (let count = 0; count < 6_000; count++) {
    known.add("acme", { field: "operator", value: `op-${count}` });
  }
  expect(known.has("acme", { field: "operator", value: "op-4999" })).toBe(true);
  expect(known.has("acme", { field: "operator", value: "op-5000" })).toBe(false);
  for (let count = 0; count < 100; count++) known.add(`tenant-${count}`, SITE);
  expect(known.has("acme", { field: "operator", value: "op-1" })).toBe(false);
  expect(known.has("tenant-99", SITE)).toBe(true);
});
