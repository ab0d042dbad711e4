import { CliError } from "../../cli-error.ts";
import { type ColumnTarget, nearestOf, type UnknownColumn } from "../columns.ts";
import { isReportColumn } from "../report.ts";
import type { BoundRule } from "./map-row.ts";
import { columnOf } from "./map-row.ts";
import { type FieldRule, invalidMapping, type Mapping } from "./mapping.ts";
import type { TimeZone } from "./time-zone.ts";

/** Columns of a file that its mapping says nothing of; they are read by their own names. */
export function ownColumns(mapping: Mapping, columns: readonly string[]): string[] {
  if (mapping.ignored === "*") return [];
  const used = new Set([...mapping.ignored, ...mapping.rules.map(columnOf)]);
  return columns.filter((column) => !used.has(column) && !isReportColumn(column));
}

/** Refuses a mapping that names columns which the file does not have, all of them by name. */
export function assertColumns(mapping: Mapping, columns: readonly string[]): void {
  const known = new Set(columns);
  const named = mapping.rules.flatMap(({ from, isOptional }) =>
    "column" in from && !isOptional ? [from.column] : [],
  );
  const ignored = mapping.ignored === "*" ? [] : mapping.ignored;
  const unknown = [...new Set([...named, ...ignored])].filter((column) => !known.has(column));
  if (unknown.length > 0) {
    const told = unknown.slice(0, 10).map((column) => hinted(column, columns));
    const more = unknown.length > 10 ? `, and ${unknown.length - 10} more` : "";
    const message = `the mapping names columns that the file does not have: ${told.join(", ")}${more}`;
    throw new CliError("UNKNOWN_COLUMN", message, {
      advice: 'Correct the mapping, or say "optional": true where a column may be missing.',
    });
  }
  const own = new Set(ownColumns(mapping, columns));
  const both = mapping.rules.filter(({ field }) => own.has(field));
  if (both.length === 0) return;
  throw invalidMapping(
    both.map(({ field }) => {
      const name = JSON.stringify(field);
      return `the file has a column ${name} beside the rule of ${name}: ignore one`;
    }),
  );
}

/** The refusal of fields that nobody knows; `known` are their names. */
export function unknownFields(fields: readonly UnknownColumn[]): CliError {
  return invalidMapping(
    fields.map(({ column, nearest }) => {
      const hint = nearest === null ? "" : ` (nearest: ${nearest})`;
      return `there is no field ${JSON.stringify(column)}${hint}`;
    }),
  );
}

/** The rules, each with what is known of its field. `zone` is that of the command line. */
export function bindRules(
  { rules, timeZone }: Mapping,
  targets: ReadonlyMap<string, ColumnTarget>,
  zone: TimeZone | null,
): BoundRule[] {
  const problems: string[] = [];
  const bound = rules.map((rule): BoundRule => {
    const takesDay = takesDays(targets.get(rule.field));
    const own = rule.timeZone ?? timeZone ?? zone;
    const problem = dateProblem(rule, { takesDay, hasZone: own !== null });
    if (problem) problems.push(`the rule of ${JSON.stringify(rule.field)}: ${problem}`);
    return { rule, takesDay, zone: own };
  });
  if (problems.length > 0) throw invalidMapping(problems);
  return bound;
}

function takesDays(target: ColumnTarget | undefined): boolean {
  return target?.kind === "attribute" && target.definition.type === "DATE";
}

function dateProblem(
  { dates }: FieldRule,
  { takesDay, hasZone }: { takesDay: boolean; hasZone: boolean },
): string | null {
  const format = dates?.find(({ text }) => !text.startsWith("unix") && !text.includes("X"));
  if (!format || takesDay || hasZone) return null;
  return `the dates ${format.text} have no offset: give a timeZone`;
}

function hinted(column: string, columns: readonly string[]): string {
  const nearest = nearestOf(column, columns);
  return nearest === null
    ? JSON.stringify(column)
    : `${JSON.stringify(column)} (nearest: ${JSON.stringify(nearest)})`;
}
