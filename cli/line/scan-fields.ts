import { fileError } from "../cli-error.ts";
import { CORE_FIELDS, type CoreField, nearestOf, plain } from "../import/columns.ts";
import type { Refusal } from "../import/row.ts";
import { isEmpty, readCoreField } from "../import/values.ts";
import type { ScanRecord } from "./journal-record.ts";

/** What a row of a file, or an option, says of each scan. */
export type ScanValues = Partial<Omit<ScanRecord, "serialNumber">>;

/** A row as a station takes it: what it says, and when it was made, where it says so. */
export interface ScanRow {
  record: ScanRecord;
  /** null: when it is read. */
  scannedAt: string | null;
}

/** Where the cells of a column go. */
export type ScanColumn =
  | { kind: "field"; field: CoreField }
  | { kind: "time" }
  | { kind: "attribute"; name: string }
  | { kind: "attributes" }
  | { kind: "ignored" };

/** What `line export` writes beside the record: so that what it wrote can be scanned again. */
export const EXPORTED_BESIDE = [
  "sequence",
  "retryOf",
  "outcome",
  "arrival",
  "revision",
  "code",
  "message",
  "receivedAt",
] as const;

const RECORD_FIELDS = CORE_FIELDS.filter((field) => field !== "source" && field !== "effectiveAt");

/** What a column means; null where it means nothing. A source is the station's own name. */
export function columnOf(name: string): ScanColumn | null {
  const word = plain(name);
  const [, attribute] = /^attributes\.(.+)$/s.exec(name.trim()) ?? [];
  if (attribute !== undefined) return { kind: "attribute", name: attribute };
  if (word === "attributes") return { kind: "attributes" };
  if (word === "scannedat" || word === "effectiveat") return { kind: "time" };
  if (EXPORTED_BESIDE.some((known) => plain(known) === word)) return { kind: "ignored" };
  const field = RECORD_FIELDS.find((known) => plain(known) === word);
  return field ? { kind: "field", field } : null;
}

/** The columns of a header, or the refusal of what is read below it. */
export function columnsOfHeader(names: readonly string[]): ScanColumn[] {
  const columns = names.map((name) => {
    const column = columnOf(name);
    if (column) return column;
    const nearest = nearestOf(name, [...RECORD_FIELDS, "scannedAt"]);
    const hint = nearest === null ? "" : ` (nearest known name: ${nearest})`;
    throw fileError("UNKNOWN_COLUMN", `unknown column: "${name}"${hint}`, 1);
  });
  if (columns.some((column) => column.kind === "field" && column.field === "serialNumber")) {
    return columns;
  }
  throw fileError("MISSING_COLUMN", "no column holds the serial number (serial_number)", 1);
}

/** Reads the cells of one row; what the row itself says goes before what is said of every scan. */
export function readScanRow(
  cells: Iterable<readonly [name: string, column: ScanColumn | null, cell: unknown]>,
  ofEach: ScanValues,
): ScanRow | Refusal {
  const { attributes: same, ...values } = ofEach;
  const fields: Record<string, unknown> = { ...values };
  const attributes: Record<string, unknown> = { ...same };
  let scannedAt: string | null = null;
  for (const [name, column, cell] of cells) {
    if (isEmpty(cell)) continue;
    if (column === null) return refused(name, "is not known here");
    switch (column.kind) {
      case "ignored":
        break;
      case "attribute":
        attributes[column.name] = cell;
        break;
      case "attributes": {
        const given = objectOf(cell);
        if (given === null) return refused(name, "must be an object of custom fields");
        Object.assign(attributes, given);
        break;
      }
      case "time":
      case "field": {
        const read = readCoreField(column.kind === "time" ? "effectiveAt" : column.field, cell);
        if ("reason" in read) return refused(name, read.reason);
        if (column.kind === "time") scannedAt = read.value;
        else fields[column.field] = read.value;
      }
    }
  }
  if (fields.serialNumber === undefined) {
    const reason = "the row has no serial number";
    return { code: "FIELD_REQUIRED", field: "serialNumber", reason };
  }
  const hasAttributes = Object.keys(attributes).length > 0;
  return { record: { ...fields, ...(hasAttributes && { attributes }) } as ScanRecord, scannedAt };
}

/** Custom fields together; in a cell of CSV, as JSON. */
function objectOf(cell: unknown): object | null {
  if (typeof cell === "object" && !Array.isArray(cell)) return cell;
  try {
    const parsed: unknown = typeof cell === "string" ? JSON.parse(cell) : null;
    return typeof parsed === "object" && !Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function refused(name: string, reason: string): Refusal {
  return { code: "INVALID_VALUE", field: name, reason: `${name} ${reason}` };
}
