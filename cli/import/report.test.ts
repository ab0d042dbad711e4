import { expect, test } from "@jest/globals";
import { reportHeader, reportLine } from "./report.ts";

const COLUMNS = ["serial_number", "line", "provision.init_key", "refused.code"];

test("a report has the reasons, then the row as it came, without its init key", () => {
  const cells = new Map([
    ["serial_number", "SN-1"],
    ["line", "L4"],
    ["provision.init_key", "a secret"],
    ["refused.code", "OLD"],
  ]);
  const row = { line: 7, cells, defect: null };
  const refusal = { code: "INVALID_VALUE", field: "line", reason: "because" } as const;
  expect(reportHeader(COLUMNS)).toEqual([
    "refused.line",
    "refused.field",
    "refused.code",
    "refused.reason",
    "serial_number",
    "line",
    "provision.init_key",
  ]);
  expect(reportLine({ row, refusal }, COLUMNS, new Set(["provision.init_key"]))).toEqual([
    "7",
    "line",
    "INVALID_VALUE",
    "because",
    "SN-1",
    "L4",
    "(withheld)",
  ]);
});
