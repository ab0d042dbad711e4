import type { Whose } from "./expected.ts";
import type { Cell } from "./matrix.ts";

const ROWS_SHOWN = 60;

/** The cells that came out otherwise: a line for each way, row and caller, with its fields. */
export function differences(cells: readonly Cell[]): string[] {
  const rows = new Map<string, Set<string>>();
  for (const { expected, actual, field, place, way, whose, roles } of cells) {
    if (expected === actual) continue;
    const who = `${roles.join("+") || "nobody"} on ${whose}`.padEnd(26);
    const row = `${who} ${place}: ${way}  ${expected} → ${actual}`;
    rows.set(row, (rows.get(row) ?? new Set()).add(field));
  }
  const lines = [...rows].map(([row, fields]) => `${row}  ${[...fields].join(" ")}`).sort();
  const more = lines.length - ROWS_SHOWN;
  return more > 0 ? [...lines.slice(0, ROWS_SHOWN), `… and ${more} lines more`] : lines;
}

/** The questions that were answered otherwise, in any letter, for a row of one kind than another. */
export function unequalAnswers(cells: readonly Cell[], left: Whose, right: Whose): string[] {
  const said = new Map<string, string>();
  const keyOf = ({ place, way, field, roles }: Cell) => [place, way, field, roles].join(" | ");
  for (const cell of cells) if (cell.whose === right) said.set(keyOf(cell), cell.said);
  const compared = cells.filter((cell) => cell.whose === left && said.has(keyOf(cell)));
  if (compared.length === 0) throw new Error(`nothing was asked of ${left} and ${right} alike`);
  return compared
    .filter((cell) => said.get(keyOf(cell)) !== cell.said)
    .map((cell) => `${keyOf(cell)}: ${cell.said} but ${said.get(keyOf(cell))}`)
    .slice(0, ROWS_SHOWN);
}
