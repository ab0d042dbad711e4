import type { ColumnTarget } from "./columns.ts";
import { judgeRow } from "./judge-row.ts";
import { applyRule, type BoundRule, mapRow } from "./mapping/map-row.ts";
import type { Mapping } from "./mapping/mapping.ts";
import type { TimeZone } from "./mapping/time-zone.ts";
import { WITHHELD } from "./report.ts";
import type { FileRow, Refusal } from "./row.ts";
import { isEmpty } from "./values.ts";

const CHARACTERS_SHOWN = 60;

/** What a cell of a row is, and what becomes of it. */
export interface ExplainedCell {
  /** null where a constant stands in every row. */
  column: string | null;
  holds: string;
  /** null where the column is left out. */
  field: string | null;
  becomes: string;
}

export interface ExplainedRow {
  line: number;
  cells: readonly ExplainedCell[];
  /** Why the row would be refused before anybody is asked; null where it is fit to be sent. */
  refusal: Refusal | null;
}

/** What a row is explained with. */
export interface ExplainContext {
  targets: ReadonlyMap<string, ColumnTarget>;
  rules: readonly BoundRule[];
  own: readonly string[];
  mapping: Mapping | null;
  tenant: string | null;
  timeZone: TimeZone | null;
}

/** Tells each cell of a row, in the order of its columns, then the constants. */
export function explainRow(
  row: FileRow,
  columns: readonly string[],
  context: ExplainContext,
): ExplainedRow {
  const { rules, own, mapping, targets } = context;
  const ofColumn = (column: string) =>
    rules.filter(({ rule: { from } }) => "column" in from && from.column === column);
  const cells = columns.flatMap((column): ExplainedCell[] => {
    const cell = row.cells.get(column);
    const bound = ofColumn(column);
    if (bound.length > 0) return bound.map((one) => explained(column, one, context, row));
    const field = own.includes(column) ? fieldOf(targets.get(column)) : null;
    const holds = field === "provision.initKey" && !isEmpty(cell) ? WITHHELD : shown(cell);
    return [{ column, holds, field, becomes: field === null ? "" : holds }];
  });
  const constants = rules
    .filter(({ rule }) => "constant" in rule.from)
    .map((one) => explained(null, one, context, row));
  const judged = judgeRow(mapping ? mapRow(row, rules, own) : row, context);
  return {
    line: row.line,
    cells: [...cells, ...constants],
    refusal: "code" in judged ? judged : null,
  };
}

function explained(
  column: string | null,
  bound: BoundRule,
  { targets }: ExplainContext,
  { cells }: FileRow,
): ExplainedCell {
  const field = fieldOf(targets.get(bound.rule.field)) ?? bound.rule.field;
  const cell = column === null ? undefined : cells.get(column);
  const isSecret = field === "provision.initKey" && !isEmpty(cell);
  const read = applyRule(bound, cells);
  const becomes = "value" in read ? shown(read.value) : `refused: ${read.reason}`;
  return {
    column,
    holds: isSecret ? WITHHELD : shown(cell),
    field,
    becomes: isSecret ? WITHHELD : becomes,
  };
}

/** A field as the record or the provisioning names it. */
function fieldOf(target: ColumnTarget | undefined): string | null {
  switch (target?.kind) {
    case "core":
      return target.field;
    case "attribute":
      return `attributes.${target.definition.name}`;
    case "provision":
      return `provision.${target.part}`;
    case "tenant":
      return "tenant";
    case "ignored":
    case undefined:
      return null;
  }
}

function shown(cell: unknown): string {
  if (isEmpty(cell)) return "";
  const text = typeof cell === "string" ? cell : JSON.stringify(cell);
  return text.length > CHARACTERS_SHOWN ? `${text.slice(0, CHARACTERS_SHOWN)}…` : text;
}
