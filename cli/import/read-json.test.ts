import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readJson, readJsonList, readNdjson } from "./read-json.ts";
import type { FileRow } from "./row.ts";

type Reader = (text: AsyncIterable<string>) => AsyncIterable<FileRow>;

describe("a list of JSON rows is read", () => {
  test("with the line of each row, alone or under a name", async () => {
    const list = '[\n {"serialNumber": "SN-1"},\n\n {"serialNumber":\n "SN-2"} ]';
    for (const text of [list, `{"devices[": ${list}}\n`]) {
      const rows = await read(readJson, [text]);
      expect(rows.map(({ line, cells }) => [line, cells.get("serialNumber")])).toEqual([
        [2, "SN-1"],
        [4, "SN-2"],
      ]);
    }
  });

  test("wherever the pieces are cut", async () => {
    const names = fc.constantFrom("a", "b", 'x"]},[{\\');
    const row = fc.dictionary(names, fc.oneof(fc.string(), fc.array(fc.integer()), fc.boolean()));
    await fc.assert(
      fc.asyncProperty(fc.array(row), fc.nat({ max: 60 }), async (rows, cut) => {
        const text = JSON.stringify(rows, null, 1);
        const pieces = [text.slice(0, cut), text.slice(cut)];
        const { members } = await readJsonList(stream(pieces));
        expect(members.map(({ value }) => value)).toEqual(rows);
      }),
    );
  });

  test("with the halves of a Connhex row as columns", async () => {
    const text =
      '[{"manufacturing": {"lot_code": "L-1"}, "tenants": ["demo"], "attributes": {"a": 1}}]';
    const [row] = await read(readJson, [text]);
    expect([...(row?.cells ?? [])]).toEqual([
      ["manufacturing.lot_code", "L-1"],
      ["tenants", ["demo"]],
      ["attributes.a", 1],
    ]);
  });
});

describe("a list that is broken refuses the file, naming the line", () => {
  test.each([
    ["", "EMPTY_FILE", "empty"],
    ["  \n ", "EMPTY_FILE", "empty"],
    ['[{"a": 1},\n{"b"', "TRUNCATED_JSON", "line 2"],
    ['[{"a": 1},\n{"b": "x', "TRUNCATED_JSON", "line 2"],
    ['[{"a": 1}', "TRUNCATED_JSON", "line 1"],
    ['{"devices": [{"a": 1}]', "TRUNCATED_JSON", "line 1"],
    ['{"devices"', "TRUNCATED_JSON", "line 1"],
    ['[{"a": 1},\n{"b" 2}]', "INVALID_JSON", "line 2"],
    ['[{"a": 1},,{}]', "INVALID_JSON", "line 1"],
    ['[{"a": 1}] x', "INVALID_JSON", "after the list"],
    ['[{"a": 1}]}', "INVALID_JSON", "after the list"],
    ['{"a": 1, "devices": [{}]}', "INVALID_JSON", "list of rows"],
    ['{"a": 1}', "INVALID_JSON", "list of rows"],
    ["nonsense", "INVALID_JSON", "list of rows"],
  ])("%j is %s", async (text, code, reason) => {
    await expect(read(readJson, [text])).rejects.toMatchObject({
      code,
      message: expect.stringContaining(reason),
    });
  });

  test("what is wrong is told without repeating what may be a secret", async () => {
    const text = '[{"provision": {"init_key": "secret-key" oops}}]';
    const failure = await read(readJson, [text]).catch((error: Error) => error);
    expect(String(failure)).not.toContain("secret-key");
  });
});

describe("of JSON lines", () => {
  test("a broken line is refused alone", async () => {
    const rows = await read(readNdjson, ['{"a":1}\n', '{"a"\n\n[1]\n{"a":2}']);
    expect(rows.map(({ line, defect }) => [line, defect?.code])).toEqual([
      [1, undefined],
      [2, "BROKEN_ROW"],
      [4, "BROKEN_ROW"],
      [5, undefined],
    ]);
  });

  test("a cut last line refuses the file: the rest is missing", async () => {
    await expect(read(readNdjson, ['{"a":1}\n{"a":'])).rejects.toMatchObject({
      code: "TRUNCATED_JSON",
      message: expect.stringContaining("line 2"),
    });
  });

  test("none at all is an empty file", async () => {
    await expect(read(readNdjson, ["\n\n"])).rejects.toMatchObject({ code: "EMPTY_FILE" });
  });
});

describe("a row that is too large is refused alone, and not kept", () => {
  const huge = "x".repeat(10_000_000);
  test.each<[string, Reader, string]>([
    [
      "JSON",
      readJson,
      `[{"serialNumber": "SN-1"},\n{"lotCode": "${huge}"},\n{"serialNumber": "SN-3"}]`,
    ],
    [
      "NDJSON",
      readNdjson,
      `{"serialNumber": "SN-1"}\n{"lotCode": "${huge}"}\n{"serialNumber": "SN-3"}`,
    ],
  ])("%s", async (_, reader, text) => {
    const rows = await read(reader, text.match(/[\s\S]{1,65536}/g) ?? []);
    expect(rows.map(({ line, defect }) => [line, defect?.code])).toEqual([
      [1, undefined],
      [2, "FIELD_TOO_LARGE"],
      [3, undefined],
    ]);
  });

  test("a single long text is told by its field", async () => {
    const [row] = await read(readJson, [`[{"lotCode": "${"x".repeat(70_000)}"}]`]);
    expect(row?.defect).toMatchObject({ code: "FIELD_TOO_LARGE", field: "lotCode" });
  });
});

async function read(reader: Reader, pieces: readonly string[]): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  for await (const row of reader(stream(pieces))) rows.push(row);
  return rows;
}

async function* stream(pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces.filter((piece) => piece !== "");
}
