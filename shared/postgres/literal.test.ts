import { describe, expect, test } from "@jest/globals";
import { withLiterals } from "./literal.ts";

describe("a statement with its parameters written into it", () => {
  test.each<[string, unknown[], string]>([
    ["SELECT $1", ["a"], "SELECT 'a'"],
    ["SELECT $1", ["it's"], "SELECT 'it''s'"],
    ["SELECT $1", ["a\\'b"], "SELECT  E'a\\\\''b'"],
    ["SELECT $2, $1", ["a", 5], "SELECT '5', 'a'"],
    ["SELECT $10", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "SELECT '9'"],
    ["SELECT $1", [null], "SELECT NULL"],
    ["SELECT $1", [true], "SELECT 'true'"],
    [
      "SELECT $1::text[]",
      [["a,b", 'q"', "\\", "{}", null]],
      `SELECT  E'{"a,b","q\\\\"","\\\\\\\\","{}",NULL}'::text[]`,
    ],
    ["SELECT $1::bigint[]", [[1, 2]], "SELECT '{1,2}'::bigint[]"],
    ["SELECT $1", ["$2"], "SELECT '$2'"],
  ])("%s with %j", (text, parameters, expected) => {
    expect(withLiterals(text, parameters)).toBe(expected);
  });

  test("never has a NUL, an object, or a parameter that nobody gave", () => {
    expect(() => withLiterals("SELECT $1", ["a\0b"])).toThrow("NUL");
    expect(() => withLiterals("SELECT $1", [["a\0b"]])).toThrow("NUL");
    expect(() => withLiterals("SELECT $1", [{}])).toThrow("neither");
    expect(() => withLiterals("SELECT $1", [Number.NaN])).toThrow("neither");
    expect(() => withLiterals("SELECT $2", ["a"])).toThrow("no parameter");
  });
});
