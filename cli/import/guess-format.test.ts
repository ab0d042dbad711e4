import { describe, expect, test } from "@jest/globals";
import { guessFromText } from "./guess-format.ts";

describe("the format of a file is read from what it holds", () => {
  test.each([
    ["serial_number,lot_code\nSN-1,L-1", ".csv", "csv"],
    ["provision.init_id,manufacturing.lot_code\n", ".csv", "connhex-csv"],
    ['"serialNumber";"Manufacturing.lot_code"\n', "", "connhex-csv"],
    ['[{"serialNumber":"SN-1"}]', "", "json"],
    ['{"devices": [{"serialNumber":"SN-1"}]}', ".json", "json"],
    ['{"serialNumber":"SN-1"}\n{"serialNumber":"SN-2"}', "", "ndjson"],
    ['{"tenants":["demo"],"serialNumber":"SN-1"}\n', ".ndjson", "ndjson"],
    ['{"https://catenax.io/schema/TestDataContainer/1.0.0": [', ".json", "catena-x"],
  ])("%j %s is %s", (text, extension, format) => {
    expect(guessFromText(text, extension)).toBe(format);
  });

  test("an empty file has none", () => {
    expect(() => guessFromText(" \n", ".csv")).toThrow(/empty/);
  });
});
