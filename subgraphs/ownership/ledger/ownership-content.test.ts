import { expect, test } from "@jest/globals";
import { commitment, erasedText, Person } from "../../../shared/ledger-store/commitment.ts";
import { committedReason, newReasonKey } from "./ownership-content.ts";

const staff = new Person("ada", Buffer.alloc(32, 1));
const reasonKey = Buffer.alloc(32, 2);
const REASON = "sent back";

test.each([
  ["none", null, null, null],
  ["from before reasons had keys", REASON, null, staff.commit(REASON)],
  ["of today", REASON, reasonKey, commitment(reasonKey, REASON)],
  [
    "that was erased",
    erasedText(commitment(reasonKey, REASON)),
    null,
    commitment(reasonKey, REASON),
  ],
  // Somebody put it there: the entry says that there is no reason.
  ["none, with a key", null, reasonKey, commitment(reasonKey, "")],
])("what an entry says of a reason: %s", (_, reason, key, said) => {
  expect(committedReason({ reason, reasonKey: key }, staff)).toBe(said);
});

test("every reason has a key of its own, and nothing else has", () => {
  expect(newReasonKey(null)).toBeNull();
  expect(newReasonKey(REASON)).toHaveLength(32);
  expect(newReasonKey(REASON)).not.toEqual(newReasonKey(REASON));
});
