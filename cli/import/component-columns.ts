import { fileError } from "../cli-error.ts";
import { nearestOf, plain, REPORT_PREFIX, unknownColumnError } from "./columns.ts";

/** What a column of a file of installations says. */
export const COMPONENT_COLUMNS = [
  "parent",
  "parentSupplier",
  "parentPartNumber",
  "parentSerialNumber",
  "parentSupplierLot",
  "child",
  "supplier",
  "partNumber",
  "serialNumber",
  "supplierLot",
  "position",
  "quantity",
  "measure",
  "installedAt",
  "source",
] as const;
export type ComponentColumn = (typeof COMPONENT_COLUMNS)[number];

/** Finds what every column means; refuses a file with one that means nothing, or one thing twice. */
export function componentColumns(names: readonly string[]): ReadonlyMap<string, ComponentColumn> {
  const columns = new Map<string, ComponentColumn>();
  const taken = new Map<ComponentColumn, string>();
  const unknown: string[] = [];
  for (const name of names) {
    if (name.toLowerCase().startsWith(`${REPORT_PREFIX}.`)) continue;
    const column = COMPONENT_COLUMNS.find((known) => plain(known) === plain(name));
    const other = column && taken.get(column);
    if (other !== undefined) {
      const reason = `the columns "${other}" and "${name}" both mean ${column}`;
      throw fileError("DUPLICATE_COLUMN", reason);
    }
    if (!column) unknown.push(name);
    else {
      columns.set(name, column);
      taken.set(column, name);
    }
  }
  if (unknown.length > 0) throw unknownColumnError(unknown.map(described));
  const has = (...some: ComponentColumn[]) => some.some((column) => taken.has(column));
  if (has("parent", "parentSupplier") && has("child", "supplier")) return columns;
  const needed = "parent or parent_supplier, and child or supplier";
  throw fileError("MISSING_COLUMN", `no columns say what is in what (${needed})`);
}

function described(column: string) {
  return { column, fieldName: column, nearest: nearestOf(column, COMPONENT_COLUMNS) };
}
