import { expect, test } from "@jest/globals";
import type { CallerRole } from "../../shared/caller.ts";
import { sees, type VisibleThing } from "./access.ts";

test.each<[roles: CallerRole[], what: VisibleThing, others: boolean, own: boolean]>([
  [["owner"], "identity", false, true],
  [["owner"], "ownership", false, true],
  [["owner"], "owner", false, true],
  [["line"], "identity", true, true],
  [["line"], "ownership", false, false],
  [["line", "owner"], "owner", false, true],
  [["engineering", "owner"], "ownership", true, true],
  [["engineering", "owner"], "owner", false, true],
  [["partner"], "identity", false, false],
  [["partner", "owner"], "identity", false, true],
  [["regulator"], "identity", true, true],
  [["regulator"], "owner", false, false],
  [["service"], "identity", false, false],
  [[], "identity", false, false],
])("%j see %s of others: %s, of themselves: %s", (roles, what, others, own) => {
  const caller = { subject: "ada", tenant: "acme", roles, client: null };
  expect(sees(caller, what, "bob")).toBe(others);
  expect(sees(caller, what, null)).toBe(others);
  expect(sees(caller, what, "ada")).toBe(own);
});
