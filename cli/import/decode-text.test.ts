import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decodeText } from "./decode-text.ts";

describe("what is no UTF-8 text is refused, naming the byte or the format", () => {
  test.each([
    [Buffer.from("PK\u0003\u0004rest"), "Excel workbook"],
    [Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 1]), "old Excel workbook"],
    [Buffer.from([0x1f, 0x8b, 8]), "compressed"],
    [Buffer.from("%PDF-1.7"), "a PDF"],
    [Buffer.from("  <!DOCTYPE html><p>Sign in"), "web page"],
    [Buffer.from("<?xml version='1.0'?>"), "web page or XML"],
    [Buffer.from("a\u0000b\nc"), "byte 1 is NUL"],
    [Buffer.from("\ufffea", "utf16le"), "UTF-16"],
    [Buffer.from([0xff, 0xfe, 0x61, 0]), "UTF-16 (little-endian)"],
    [Buffer.from([0xfe, 0xff, 0, 0x61]), "UTF-16 (big-endian)"],
    [Buffer.concat([Buffer.from("ab"), Buffer.from([0xe9]), Buffer.from("c")]), "byte 2 (0xE9)"],
    [Buffer.from([0x61, 0xc3]), "byte 1 (0xC3)"],
    [Buffer.from([0x61, 0xed, 0xa0, 0x80]), "byte 1 (0xED)"],
  ])("%p: %s", async (bytes, reason) => {
    await expect(decode([bytes])).rejects.toThrow(reason);
  });

  test("the byte is counted from the start of the file, not of the piece", async () => {
    const pieces = [Buffer.from("héllo"), Buffer.from("wörld"), Buffer.from([0x80])];
    await expect(decode(pieces)).rejects.toThrow("byte 12 (0x80)");
  });
});

test("text comes through whole wherever the pieces are cut", async () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "€", "😀", "\n") });
  await fc.assert(
    fc.asyncProperty(text, fc.nat({ max: 30 }), async (whole, cut) => {
      const bytes = Buffer.from(whole);
      expect(await decode([bytes.subarray(0, cut), bytes.subarray(cut)])).toBe(whole);
    }),
  );
});

test("a byte order mark is dropped, once", async () => {
  expect(await decode([Buffer.from("\ufeffa\ufeff")])).toBe("a\ufeff");
});

async function decode(pieces: readonly Buffer[]): Promise<string> {
  async function* source() {
    yield* pieces.filter((piece) => piece.length > 0);
  }
  let text = "";
  for await (const piece of decodeText(source())) text += piece;
  return text;
}
