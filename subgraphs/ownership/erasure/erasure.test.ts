import { expect, test } from "@jest/globals";
import { holdOf, readErasureReason, stateOfErasure } from "./erasure.ts";

const ADA = {
  displayName: "Ada Lovélace",
  email: "ada@example.com",
  phone: "+39 055 123456",
  address: "Via Roma 1, Firenze",
};

test.each(["he asked for it, ticket 4711", "Article 17 (1) (b) GDPR"])("%s", (reason) => {
  expect(readErasureReason(` ${reason} `, ADA)).toBe(reason);
});

test.each([
  "Ada asked for it",
  "for LOVELACE",
  "mail from ada@example.com",
  "called from +39055123456",
  "moved from Via  Roma 1, Firenze",
])("what is erased may not stand in its reason: %s", (reason) => {
  const refused = { code: "INVALID_VALUE", details: { field: "reason" } };
  expect(() => readErasureReason(reason, ADA)).toThrow(expect.objectContaining(refused));
  expect(() => readErasureReason(reason, ADA)).not.toThrow(/Ada|ada@|055|Roma/i);
});

test("of whom nothing is known, nothing can be told", () => {
  expect(readErasureReason("asked for it", null)).toBe("asked for it");
});

test.each<[recalled: number, isOverridden: boolean, hold: string]>([
  [0, false, "NONE"],
  [0, true, "NONE"],
  [2, true, "OVERRIDDEN"],
  [2, false, "OWNER_ON_HOLD"],
])("%d recalled devices, overridden %s: %s", (recalled, isOverridden, hold) => {
  const held = () => holdOf(recalled, isOverridden);
  if (hold === "OWNER_ON_HOLD") expect(held).toThrow(expect.objectContaining({ code: hold }));
  else expect(held()).toBe(hold);
});

test("an erasure is complete once everybody has forgotten", () => {
  expect(stateOfErasure({ completedAt: null })).toBe("PENDING");
  expect(stateOfErasure({ completedAt: "2026-01-01T00:00:00.000000Z" })).toBe("COMPLETE");
});
