import { expect, test } from "@jest/globals";
import { SeenSerialNumbers } from "./seen-serial-numbers.ts";

test("a serial number is new once, and then stands where it was first seen", () => {
  const seen = new SeenSerialNumbers();
  for (let line = 1; line <= 50_000; line += 1) {
    if (seen.firstLine(`SN-${line}`, line) !== null) throw new Error(`SN-${line} was not seen yet`);
  }
  for (let line = 1; line <= 50_000; line += 97) {
    expect(seen.firstLine(`SN-${line}`, 99_999)).toBe(line);
  }
});
