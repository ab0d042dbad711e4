import { expect, test } from "@jest/globals";
import { readInPart } from "./columns.ts";

interface Row {
  name: string;
  size: number | null;
}
const named = readInPart<Row>(["name", "size"], ["name"]);

test("a row read in part has what was read", () => {
  const row = named({ name: "a" });
  expect(row.name).toBe("a");
  expect(Object.keys(row)).toEqual(["name"]);
});

test("and faults where it is asked for another column, instead of having none", () => {
  const row = named({ name: "a" });
  expect(() => row.size).toThrow("size was not read");
  expect(() => {
    const { size } = row;
    return size;
  }).toThrow("size was not read");
});
