import { expect, test } from "@jest/globals";
import { csvLine, plural, printable, table } from "./output.ts";

test("a table is as wide as its cells, and a terminal cannot be steered by them", () => {
  expect(
    table(
      ["a", "bb"],
      [
        ["1", "2"],
        ["333", "\u001b[31mred"],
      ],
    ),
  ).toBe("a    bb\n1    2\n333  �[31mred");
  expect(printable("a\u202eb\nc")).toBe("a�b�c");
});

test.each([
  [["a", null, "b"], "a,,b"],
  [['say "x"', "a,b", " c"], '"say ""x""","a,b"," c"'],
])("%p is the CSV line %s", (cells, line) => {
  expect(csvLine(cells)).toBe(line);
});

test("numbers and nouns agree", () => {
  expect([plural(1, "row"), plural(1_200, "row")]).toEqual(["1 row", "1,200 rows"]);
});
