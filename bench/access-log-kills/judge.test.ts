import { expect, test } from "@jest/globals";
import { type Asked, judge, type Line } from "./judge.ts";

const ASKED: Asked = { requestId: "r-1", serialNumber: "SN-1", status: 200, isRight: true };
const LINE: Line = { requestId: "r-1", devices: ["SN-1"], status: 200 };
const refused = (status: number) => ({ ...ASKED, status, isRight: false });

test.each<[what: string, asked: Asked, lines: Line[], complaint: string | null]>([
  ["an answer with its line", ASKED, [LINE], null],
  ["an answer without", ASKED, [], "r-1 was answered with 200, and has no line"],
  ["another request's line", ASKED, [{ ...LINE, requestId: "r-2" }], "has no line"],
  ["two lines", ASKED, [LINE, LINE], "r-1 was answered with 200, and has 2 lines"],
  ["another device", ASKED, [{ ...LINE, devices: ["SN-2"] }], "its line does not name SN-1"],
  ["another status", ASKED, [{ ...LINE, status: 500 }], "its line says 500"],
  ["an error of the graph", { ...ASKED, isRight: false }, [{ ...LINE, devices: [] }], null],
  ["a refusal without a line", refused(429), [], "r-1 was answered with 429, and has no line"],
  ["503 without a line", refused(503), [], null],
  ["503 with the line of an answer that was held back", refused(503), [LINE], null],
])("%s", (_, asked, lines, complaint) => {
  const { answered, refused: unrecorded, complaints } = judge([asked], lines);
  expect(answered + unrecorded).toBe(1);
  expect(complaints).toEqual(complaint === null ? [] : [expect.stringContaining(complaint)]);
});

test("what was cut off may have its line or not", () => {
  const cutOff = (requestId: string): Asked => ({ ...refused(0), requestId, status: null });
  const verdict = judge([cutOff("r-1"), cutOff("r-2"), cutOff("r-3")], [LINE]);
  expect(verdict).toEqual({
    answered: 0,
    refused: 0,
    cutOffRecorded: 1,
    cutOffUnrecorded: 2,
    complaints: [],
  });
});
