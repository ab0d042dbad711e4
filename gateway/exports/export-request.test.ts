import { describe, expect, test } from "@jest/globals";
import type { RequestRefusal } from "../request/request-refusal.ts";
import { readExportRequest } from "./export-request.ts";

const read = (url: string, accept?: string, body: string | null = null) =>
  readExportRequest(url, { accept, body });

describe("what is exported", () => {
  test.each<[string, object]>([
    ["/exports/devices", { what: "devices", format: "csv", columns: null, selection: {} }],
    ["/exports/devices.parquet", { what: "devices", format: "parquet" }],
    ["/exports/devices.csv?columns=a,%20b", { columns: ["a", "b"] }],
    ["/exports/devices.csv?columns=", { columns: null }],
    ["/exports/devices.csv?formulas=keep", { keepsFormulas: true }],
    ["/exports/group.csv?field=f&value=a.b%2Cc", { selection: { field: "f", value: "a.b,c" } }],
    ["/exports/recall/UmVj.csv", { what: "recall", selection: { id: "UmVj" } }],
    ["/exports/recall/a%2Fb", { selection: { id: "a/b" }, format: "csv" }],
    [
      `/exports/scope.csv?criteria=${encodeURIComponent('{"allOf":[]}')}&knownAt=2026-01-01T00:00:00Z`,
      { selection: { criteria: { allOf: [] }, knownAt: "2026-01-01T00:00:00Z" } },
    ],
  ])("%s", (url, expected) => {
    expect(read(url)?.question).toMatchObject(expected);
  });

  test("a body has the same members as a query", () => {
    const body = JSON.stringify({ criteria: { allOf: [] }, columns: ["a"] });
    const { question } = read("/exports/scope.csv", undefined, body) ?? {};
    expect(question).toMatchObject({ columns: ["a"], selection: { criteria: { allOf: [] } } });
  });

  test.each([
    "/exports/nothing.csv",
    "/exports/",
    "/exports/devices/5",
    "/exports/recall.csv",
    "/exports/recall/a/b",
    "/graphql",
    "/exports/constructor.csv",
  ])("%s is none", (url) => {
    expect(read(url)).toBeNull();
  });
});

describe("the format is the first that is accepted and written", () => {
  test.each([
    [undefined, "csv"],
    ["*/*", "csv"],
    ["text/html, application/vnd.apache.parquet", "parquet"],
    ["text/csv;q=0.2, application/x-ndjson", "ndjson"],
    ["application/jsonl;q=0.9, text/csv;q=0.8", "ndjson"],
    ["APPLICATION/VND.APACHE.ARROW.STREAM", "arrow"],
    ["text/csv;q=0, */*;q=0.1", "csv"],
  ])("%s: %s", (accept, format) => {
    expect(read("/exports/devices", accept)?.question.format).toBe(format);
  });

  test("a suffix goes before what is accepted", () => {
    expect(read("/exports/devices.xlsx", "text/csv")?.question.format).toBe("xlsx");
  });
});

test.each<[string, string | undefined, string | null, number, string]>([
  ["/exports/devices.csv?colums=a", undefined, null, 400, "parameter"],
  ["/exports/devices.csv?field=a", undefined, null, 400, "parameter"],
  ["/exports/devices.csv?columns=a&columns=b", undefined, null, 400, "columns"],
  ["/exports/devices.txt", undefined, null, 400, "format"],
  ["/exports/devices.csv?formulas=drop", undefined, null, 400, "formulas"],
  ["/exports/recall/%E0%A4%A.csv", undefined, null, 400, "path"],
  ["/exports/scope.csv?criteria=x", undefined, null, 400, "criteria"],
  ["/exports/scope.csv", undefined, "[]", 400, "body"],
  ["/exports/scope.csv", undefined, "{", 400, "body"],
  ["/exports/scope.csv", undefined, '{"columns":[]}', 400, "columns"],
  ["/exports/scope.csv", undefined, '{"columns":[1]}', 400, "columns"],
  ["/exports/devices", "image/png", null, 406, ""],
])("%s (%s, %s) is refused", (url, accept, body, status, argument) => {
  let refusal: RequestRefusal | null = null;
  try {
    read(url, accept, body);
  } catch (error) {
    refusal = error as RequestRefusal;
  }
  expect(refusal).toMatchObject({ status, code: "BAD_USER_INPUT" });
  if (argument) expect(refusal?.details.argument).toBe(argument);
});
