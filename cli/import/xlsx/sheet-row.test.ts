import { expect, test } from "@jest/globals";
import { styleOfFormat } from "./cell-style.ts";
import { type SheetRow, SheetRowReader } from "./sheet-row.ts";

/** The row of cells that hold these numbers, the second style being of this format. */
function rowOf(numbers: readonly { text: string; style?: string }[], format = "0"): SheetRow {
  const styles = ["General", format].map(styleOfFormat);
  const reader = new SheetRowReader({ sharedText: () => "", styles, is1904: false });
  reader.open("row", {});
  for (const { text, style = "0" } of numbers) {
    reader.open("c", { s: style });
    reader.open("v", {});
    reader.text(text);
    reader.close("v");
    reader.close("c");
  }
  reader.close("row");
  const [row] = reader.take();
  if (!row) throw new Error("there is no row");
  return row;
}

test("endless numbers and formats are refused, and at once", () => {
  const began = performance.now();
  const numbers = [{ text: `${"1".repeat(65_536)}x` }, { text: "1", style: "1" }, { text: "1" }];
  expect([...rowOf(numbers, "[".repeat(1_000_000)).cells.values()]).toEqual([
    { unreadable: `the cell holds "${"1".repeat(60)}", and no number` },
    { unreadable: "the number 1 has a format of more than 255 characters" },
    { text: "1" },
  ]);
  expect(performance.now() - began).toBeLessThan(1_000);
});

test("cells that cannot be read count towards what a row may have", () => {
  const cells = (count: number) => Array.from({ length: count }, () => ({ text: "x".repeat(60) }));
  expect(rowOf(cells(10_000)).isOversized).toBe(false);
  expect(rowOf(cells(16_000))).toMatchObject({ isOversized: true });
  expect(rowOf(cells(16_000)).cells.size).toBeLessThan(12_000);
});
