import { expect, test } from "@jest/globals";
import { LIMITS } from "../limits.ts";
import {
  assertIsAnotherOwner,
  assertIsPresentOwner,
  assertMayRelease,
  type CurrentOwnership,
  endOf,
} from "./ownership.ts";

const adas: CurrentOwnership = {
  connhexId: "c",
  ownershipId: 7,
  ownerId: 1,
  ownerSubject: "ada",
  revision: 1,
};
const nobodys: CurrentOwnership = { ...adas, ownerId: null, ownerSubject: null };
/** Registered on behalf: its owner does not sign in. */
const strangers: CurrentOwnership = { ...adas, ownerSubject: null };
const worn: CurrentOwnership = { ...adas, revision: LIMITS.revisionsOfOne };

test.each<[who: string, isStaff: boolean, current: CurrentOwnership | null, outcome: string]>([
  ["ada", false, adas, "ok"],
  ["bob", false, adas, "NOT_REGISTERED"],
  ["bob", true, adas, "ok"],
  ["bob", true, nobodys, "NOT_REGISTERED"],
  ["bob", true, null, "NOT_REGISTERED"],
  ["ada", false, nobodys, "NOT_REGISTERED"],
  ["ada", false, strangers, "NOT_REGISTERED"],
  ["bob", true, strangers, "ok"],
  ["ada", false, worn, "LIMIT_EXCEEDED"],
])("%s (staff: %s) releases %j: %s", (subject, isStaff, current, outcome) => {
  const attempt = () => assertMayRelease("c", current, { subject, isStaff });
  if (outcome === "ok") expect(attempt).not.toThrow();
  else expect(attempt).toThrow(expect.objectContaining({ code: outcome }));
});

test("somebody else's device and nobody's look the same to an owner", () => {
  const messages = [adas, nobodys, null].map((current) => {
    try {
      return assertIsPresentOwner("c", current, { subject: "bob", isStaff: false });
    } catch (error) {
      return (error as Error).message;
    }
  });
  expect(new Set(messages)).toEqual(new Set(["you have not registered c"]));
});

test("staff are not the present owner", () => {
  expect(() => assertIsPresentOwner("c", adas, { subject: "bob", isStaff: true })).toThrow(
    expect.objectContaining({ code: "NOT_REGISTERED" }),
  );
});

test("a transfer leads to somebody else", () => {
  expect(() => assertIsAnotherOwner(adas, 2)).not.toThrow();
  expect(() => assertIsAnotherOwner(adas, 1)).toThrow(
    expect.objectContaining({ code: "NOTHING_TO_CHANGE" }),
  );
});

test("the next change says how an ownership ended", () => {
  expect([null, "TRANSFERRED" as const, "RELEASED" as const].map(endOf)).toEqual([
    null,
    "TRANSFER",
    "RELEASE",
  ]);
});
