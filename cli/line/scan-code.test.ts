import { expect, test } from "@jest/globals";
import { readCode, USUAL_CODE } from "./scan-code.ts";

const USUAL = new RegExp(USUAL_CODE, "u");
const SERIAL = /SN-\d{4}/u;

/** The code, or the code of the refusal in brackets. */
function outcome(line: string, pattern: RegExp): string {
  const read = readCode(line, pattern);
  return "reason" in read ? `[${read.code}]` : read.code;
}

test.each<[line: string, pattern: RegExp, outcome: string]>([
  ["SN-0001", USUAL, "SN-0001"],
  ["  SN-0001\t", USUAL, "SN-0001"],
  ["4006381333931", USUAL, "4006381333931"],
  ["A/12:3+4.5_6#7", USUAL, "A/12:3+4.5_6#7"],
  ["SN-0001 SN-0002", USUAL, "[TWO_CODES]"],
  ["SN-0001;SN-0002", USUAL, "[TWO_CODES]"],
  ["SN-0001\u001dSN-0002", USUAL, "[TWO_CODES]"],
  ["SN-", USUAL, "[BROKEN_CODE]"],
  ["-0001", USUAL, "[BROKEN_CODE]"],
  ["SN1", USUAL, "[BROKEN_CODE]"],
  ["x".repeat(128), USUAL, "x".repeat(128)],
  ["x".repeat(129), USUAL, "[BROKEN_CODE]"],
  ["M\ufffdnchen-1", USUAL, "[NOT_TEXT]"],
  ["SN-00\u000001", USUAL, "[NOT_TEXT]"],
  ["München-1", USUAL, "[BROKEN_CODE]"],
  ["München-1", /\p{L}+-\d/u, "München-1"],
  ["SN-0001", SERIAL, "SN-0001"],
  ["SN-0001SN-0002", SERIAL, "[TWO_CODES]"],
  ["SN-00", SERIAL, "[BROKEN_CODE]"],
  ["SN-00012", SERIAL, "[BROKEN_CODE]"],
  ["sn-0001", SERIAL, "[BROKEN_CODE]"],
  ["SN-12345678", /SN-\d{4}|SN-\d{8}/u, "SN-12345678"],
])("%j as %s is %s", (line, pattern, expected) => {
  expect(outcome(line, pattern)).toBe(expected);
});
