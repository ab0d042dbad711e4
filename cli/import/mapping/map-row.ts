import { plain } from "../columns.ts";
import type { FileRow, Refusal } from "../row.ts";
import { excerpt, isEmpty, type Read } from "../values.ts";
import { momentOf, readIso, type WrittenTime } from "./date-format.ts";
import type { FieldRule } from "./mapping.ts";
import type { TimeZone } from "./time-zone.ts";

/** A rule with what is known of its field and of the file's clocks. */
export interface BoundRule {
  rule: FieldRule;
  /** Whether the field takes a day, and not a moment. */
  takesDay: boolean;
  zone: TimeZone | null;
}

/** The row as the rules say it, beside the columns that are read by their own names. */
export function mapRow(
  row: FileRow,
  rules: readonly BoundRule[],
  ownColumns: readonly string[],
): FileRow {
  const original = row.cells;
  if (row.defect) return { ...row, original };
  const cells = new Map<string, unknown>();
  let defect: Refusal | null = null;
  for (const bound of rules) {
    const read = applyRule(bound, original);
    if ("value" in read) cells.set(bound.rule.field, read.value);
    else {
      defect ??= { code: "INVALID_VALUE", field: columnOf(bound.rule), reason: read.reason };
    }
  }
  for (const column of ownColumns) cells.set(column, original.get(column));
  return { line: row.line, cells, original, defect };
}

/** The column that somebody must mend where a rule cannot be applied. */
export function columnOf({ from, field }: FieldRule): string {
  return "column" in from ? from.column : field;
}

/** What a rule makes of a row; an empty cell stays empty, whatever the rule. */
export function applyRule(
  { rule, takesDay, zone }: BoundRule,
  cells: ReadonlyMap<string, unknown>,
): Read<unknown> {
  if ("constant" in rule.from) return { value: rule.from.constant };
  const cell = cells.get(rule.from.column);
  if (isEmpty(cell)) return { value: cell };
  const { split, pattern, values, dates } = rule;
  const isChanged = rule.trims || split || pattern || values || dates;
  if (!isChanged) return { value: cell };
  if (typeof cell === "object")
    return { reason: "a list or an object stands where a value belongs" };
  let text = rule.trims ? String(cell).trim() : String(cell);
  const told = isSecret(rule.field) ? "the value" : excerpt(text);
  const part = partOf(text, rule);
  if (part === undefined) {
    return rule.isOptional ? { value: "" } : { reason: `${told} has no such part` };
  }
  text = rule.trims ? part.trim() : part;
  const word = values?.get(text);
  if (values && word === undefined && rule.otherwise === "REFUSE") {
    return { reason: `${told} is none of the values of the mapping` };
  }
  if (values && word === undefined && rule.otherwise === "EMPTY") return { value: "" };
  if (word !== undefined) text = word ?? "";
  if (dates === null || text === "") return { value: text };
  return readDate(text, { rule, takesDay, zone });
}

/** What the rule takes of a text: all of it, a part between separators, or what a pattern finds. */
function partOf(text: string, { split, pattern }: FieldRule): string | undefined {
  const part = split ? text.split(split.separator)[split.part - 1] : text;
  if (part === undefined || !pattern) return part;
  const match = pattern.exec(part);
  return match ? (match[1] ?? match[0]) : undefined;
}

function readDate(text: string, { rule, takesDay, zone }: BoundRule): Read<string> {
  const formats = rule.dates ?? [];
  const told = isSecret(rule.field) ? "the value" : excerpt(text);
  let written: WrittenTime | null = null;
  for (const format of formats) written ??= format.read(text);
  written ??= readIso(text);
  if (!written) {
    return { reason: `${told} is no day of the form ${formats.map((one) => one.text).join(", ")}` };
  }
  if (takesDay) return { value: written.day };
  const moment = momentOf(written, zone);
  if (moment !== null) return { value: moment };
  return {
    reason: zone
      ? `${told}: the clocks of ${zone.name} never show that time`
      : `${told} has no offset: give the mapping a timeZone`,
  };
}

/** An init key is a secret: no reason may repeat it. */
function isSecret(field: string): boolean {
  return plain(field).endsWith("initkey");
}
