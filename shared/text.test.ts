import { expect, test } from "@jest/globals";
import { assertBatchSize } from "./batch-size.ts";
import { assertIdempotencyKey } from "./idempotency-key.ts";
import { readReason } from "./reason.ts";
import { assertPlainText, excerpt, isPlainText } from "./text.ts";

function codeOf(attempt: () => unknown): string {
  try {
    attempt();
    return "ok";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test.each<[text: unknown, isPlain: boolean]>([
  ["SN-1", true],
  ["株式会社", true],
  ["12345678", true],
  ["123456789", false],
  ["", false],
  [" x", false],
  ["x\u00a0", false],
  ["a\nb", false],
  ["a\u0000", false],
  ["a\u2028b", false],
  ["a\ud800", false],
  [7, false],
  [null, false],
])("%j is plain text of at most 8 characters: %s", (text, isPlain) => {
  expect(isPlainText(text, 8)).toBe(isPlain);
});

test.each<[text: string, outcome: string]>([
  ["lost", "ok"],
  ["  lost\n", "ok"],
  ["", "REASON_REQUIRED"],
  [" \t", "REASON_REQUIRED"],
  ["a\u0000b", "INVALID_VALUE"],
  ["x".repeat(11), "INVALID_VALUE"],
])("the reason %j of at most 10 characters: %s", (text, outcome) => {
  expect(codeOf(() => readReason(text, 10))).toBe(outcome);
  if (outcome === "ok") expect(readReason(text, 10)).toBe("lost");
});

const DIGEST = "0".repeat(64);
test.each<[text: string, outcome: string]>([
  [`erased:${DIGEST}`, "INVALID_VALUE"],
  [`person:${DIGEST}`, "INVALID_VALUE"],
  [`person:${DIGEST}0`, "ok"],
  [`owner:${DIGEST}`, "ok"],
  ["erased: by hand", "ok"],
])(
  "nobody may say %s, if it reads like what takes the place of an erased text: %s",
  (text, outcome) => {
    expect(codeOf(() => readReason(text, 100))).toBe(outcome);
    expect(codeOf(() => assertPlainText("operator", text, 100))).toBe(outcome);
  },
);

test.each<[key: string, outcome: string]>([
  ["2f0c-1", "ok"],
  ["x".repeat(16), "ok"],
  ["x".repeat(17), "BAD_USER_INPUT"],
  ["", "BAD_USER_INPUT"],
  ["a b", "BAD_USER_INPUT"],
  ["é", "BAD_USER_INPUT"],
  ["a\u0000", "BAD_USER_INPUT"],
])("the idempotency key %j of at most 16 characters: %s", (key, outcome) => {
  expect(codeOf(() => assertIdempotencyKey(key, 16))).toBe(outcome);
});

test("a batch may have as many rows as its limit, and no more", () => {
  expect(codeOf(() => assertBatchSize(10, 10))).toBe("ok");
  expect(codeOf(() => assertBatchSize(11, 10))).toBe("BATCH_TOO_LARGE");
});

test("an excerpt is quoted and short", () => {
  expect(excerpt("a\nb")).toBe('"a\\nb"');
  expect(excerpt("x".repeat(1_000)).length).toBeLessThan(90);
  expect(excerpt([1])).toBe("a list");
});
