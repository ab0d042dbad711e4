import { DomainError } from "../domain-error.ts";
import { excerpt } from "../text.ts";

/**
 * What a column's values are. `timestamp`: UTC with microseconds. `integer`: 64 bits. `number`: a
 * floating-point number of 64 bits. `json`: an
 * object or a list, which only NDJSON nests and every other format has as text.
 */
export type ExportType = "text" | "integer" | "number" | "timestamp" | "boolean" | "json";

/** A column as the reader of a file meets it. */
export interface ExportColumn {
  readonly name: string;
  readonly type: ExportType;
}

/** A column that can be asked for. */
export interface OfferedColumn extends ExportColumn {
  /** Whether the caller may have it. */
  readonly isOpen: boolean;
  /** Whether it comes without being asked for, where it is open. */
  readonly isUsual: boolean;
}

/** Stands for the usual columns, where others are asked for beside them. */
const USUAL = "*";

/**
 * The columns of an export, in the order in which they were asked for; without a list, and in the
 * place of `*`, the usual ones that the caller may have. What may not be had is refused by name, never left out silently.
 */
export function chosenColumns<Column extends OfferedColumn>(
  offered: readonly Column[],
  asked: readonly string[] | null,
): Column[] {
  const usual = offered.filter(({ isOpen, isUsual }) => isOpen && isUsual);
  if (asked === null) return usual;
  const seen = new Set<string>();
  const names = asked.flatMap((name) => (name === USUAL ? usual.map((one) => one.name) : name));
  return names.map((name) => {
    const column = offered.find((one) => one.name === name);
    if (!column) {
      const open = offered.filter(({ isOpen }) => isOpen).map((one) => one.name);
      const message = `${excerpt(name)} is no column of this export; there are ${open.join(", ")}`;
      throw new DomainError("BAD_USER_INPUT", message, { argument: "columns" });
    }
    if (!column.isOpen) {
      const message = `your roles may not export the column ${name}`;
      throw new DomainError("FORBIDDEN", message, { argument: "columns", column: name });
    }
    if (seen.has(name)) {
      const message = `the column ${name} is asked for twice`;
      throw new DomainError("BAD_USER_INPUT", message, { argument: "columns" });
    }
    seen.add(name);
    return column;
  });
}
