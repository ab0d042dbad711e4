import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { AUDIT_CODES } from "../../shared/ledger-audit/findings.ts";
import { tableRows } from "../support/tidy-checks.ts";

test("docs/ledger.md lists the codes of an audit as the code has them", () => {
  const page = readFileSync(new URL("../../docs/ledger.md", import.meta.url), "utf8");
  expect(tableRows(page, "Audit codes")).toEqual(Object.entries(AUDIT_CODES));
});
