import { expect, test } from "@jest/globals";
import { CopyText } from "./copy-text.ts";

const column = (property: string, type: string) => ({ property, column: property, type });

test.each<[type: string, value: unknown, text: string]>([
  ["text", "plain", "plain"],
  ["text", "tab\tline\nreturn\rback\\slash", "tab\\tline\\nreturn\\rback\\\\slash"],
  ["text", null, "\\N"],
  // Without its escape it would be read as NULL.
  ["text", "\\N", "\\\\N"],
  ["text", "Åkesson €", "Åkesson €"],
  ["bigint", 42, "42"],
  ["boolean", false, "false"],
  ["timestamptz", "2025-01-31T08:00:00.000001Z", "2025-01-31T08:00:00.000001Z"],
  ["bytea", Buffer.from([0, 255, 16]), "\\\\x00ff10"],
  ["text[]", ["a", 'b"c', "d\\e", "f,g"], '{"a","b\\\\"c","d\\\\\\\\e","f,g"}'],
  ["text[]", [], "{}"],
  ["jsonb", { a: 'x"y', b: 1 }, '{"a":"x\\\\"y","b":1}'],
])("%s %j is written as %s", (type, value, text) => {
  const rows = new CopyText([column("given", type)]);
  rows.add({ given: value });
  expect(rows.take().toString()).toBe(`${text}\n`);
});

test("a row takes each column from the first object that has it", () => {
  const rows = new CopyText([column("a", "text"), column("b", "text"), column("c", "text")]);
  rows.add({ a: "1", c: null }, { a: "2", b: "3", c: "4" });
  rows.add({ a: "5", b: "6", c: "7" });
  expect(rows.take().toString()).toBe("1\t3\t\\N\n5\t6\t7\n");
  expect(rows.take().length).toBe(0);
  expect(rows.rows).toBe(2);
});

test("a column that the demo knows nothing of is not filled with guesses", () => {
  const rows = new CopyText([column("a", "text"), column("new", "text")]);
  expect(() => rows.add({ a: "1" })).toThrow("nothing of the column new");
});

test("rows of any length fit", () => {
  const rows = new CopyText([column("a", "text")]);
  const long = "€".repeat(100_000);
  rows.add({ a: "first" });
  rows.add({ a: long });
  rows.add({ a: "last" });
  expect(rows.take().toString()).toBe(`first\n${long}\nlast\n`);
});
