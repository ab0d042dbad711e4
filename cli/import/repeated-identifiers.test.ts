import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { RepeatedIdentifiers } from "./repeated-identifiers.ts";

function firstLines(values: readonly string[], textBytes = 1): (number | null)[] {
  const repeated = new RepeatedIdentifiers(textBytes);
  for (const value of values) repeated.note("serialNumber", value);
  repeated.endFirstReading();
  return values.map((value, index) => repeated.firstLine("serialNumber", value, index + 2));
}

test("what stands in a file twice is told with the line where it stood first", () => {
  const serials = Array.from({ length: 50_000 }, (_, index) => `SN-${index}`);
  const found = firstLines([...serials, "SN-7", "SN-49999"]);
  expect(found.slice(0, serials.length).every((line) => line === null)).toBe(true);
  expect(found.slice(serials.length)).toEqual([9, 50_001]);
});

test("a connhexId is no repetition of a serial number", () => {
  const repeated = new RepeatedIdentifiers(1);
  repeated.note("serialNumber", "A");
  repeated.note("connhexId", "A");
  repeated.endFirstReading();
  expect(repeated.firstLine("serialNumber", "A", 2)).toBeNull();
  expect(repeated.firstLine("connhexId", "A", 2)).toBeNull();
});

test("it agrees with a plain map, whatever the texts", () => {
  const texts = fc.array(fc.oneof(fc.string({ maxLength: 2 }), fc.string({ unit: "binary" })));
  fc.assert(
    fc.property(texts, (values) => {
      const known = new Map<string, number>();
      const expected = values.map((value, index) => {
        const first = known.get(value) ?? null;
        if (first === null) known.set(value, index + 2);
        return first;
      });
      expect(firstLines(values)).toEqual(expected);
    }),
  );
});
