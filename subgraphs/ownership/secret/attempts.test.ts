import { expect, test } from "@jest/globals";
import { afterWrongCode, assertMayTry } from "./attempts.ts";

test.each<[failed: number, then: { failed: number; lockMinutes: number }]>([
  [0, { failed: 1, lockMinutes: 0 }],
  [3, { failed: 4, lockMinutes: 0 }],
  [4, { failed: 0, lockMinutes: 15 }],
])("a wrong code after %s others: %j", (failed, then) => {
  expect(afterWrongCode({ failed, lockedForSeconds: 0 })).toEqual(then);
});

test.each<[lockedForSeconds: number, retryAfterSeconds: number | null]>([
  [0, null],
  [-1, null],
  [0.2, 1],
  [899.5, 900],
])("locked for %s seconds: wait %s", (lockedForSeconds, retryAfterSeconds) => {
  const attempt = () => assertMayTry({ failed: 0, lockedForSeconds });
  if (retryAfterSeconds === null) return expect(attempt).not.toThrow();
  return expect(attempt).toThrow(
    expect.objectContaining({ code: "TOO_MANY_ATTEMPTS", details: { retryAfterSeconds } }),
  );
});
