import { expect, test } from "@jest/globals";
import { PagedFile } from "./paged-file.ts";

test("what was appended is read anywhere, across pages and beyond those that are kept", () => {
  const file = new PagedFile();
  const numbers = 1_500_000;
  const bytes = Buffer.alloc(8);
  for (let number = 0; number < numbers; number += 1) {
    bytes.writeDoubleLE(number);
    file.append(bytes);
  }
  file.append(Buffer.from("end"));
  expect(file.size).toBe(numbers * 8 + 3);
  for (let step = 0; step < 20_000; step += 1) {
    const number = (step * 7_919_113) % (numbers - 1);
    const read = file.read(number * 8 + 4, 8);
    // Half of one number and half of the next.
    const expected = Buffer.alloc(16);
    expected.writeDoubleLE(number, 0);
    expected.writeDoubleLE(number + 1, 8);
    if (!read.equals(expected.subarray(4, 12))) throw new Error(`${number} was read otherwise`);
  }
  expect(file.read(numbers * 8, 3).toString()).toBe("end");
  file.close();
});
