import { type CliError, fileError } from "../cli-error.ts";
import type { FieldDefinition } from "./field-definitions.ts";
import { INPUT_LIMITS } from "./row.ts";

/** The fields of a record that are text. */
export const TEXT_FIELDS = [
  "serialNumber",
  "partNumber",
  "pcbPartNumber",
  "hardwareRevision",
  "fwVersion",
  "deviceType",
  "lotCode",
  "workOrder",
  "productionOrder",
  "palletId",
  "packageId",
  "site",
  "line",
  "operator",
  "source",
] as const;
export const TIME_FIELDS = ["producedAt", "effectiveAt"] as const;
export const WORD_FIELDS = ["phase", "disposition"] as const;
export const CORE_FIELDS = [...TEXT_FIELDS, ...TIME_FIELDS, ...WORD_FIELDS] as const;
export type CoreField = (typeof CORE_FIELDS)[number];

/** What a provisioning says, by the words of a Connhex file. */
export const PROVISION_PARTS = [
  "initId",
  "initKey",
  "name",
  "model",
  "connhexId",
  "isProtected",
] as const;
export type ProvisionPart = (typeof PROVISION_PARTS)[number];

/** Where the cells of a column go. */
export type ColumnTarget =
  | { kind: "core"; field: CoreField }
  | { kind: "attribute"; definition: FieldDefinition }
  | { kind: "provision"; part: ProvisionPart }
  | { kind: "tenant" }
  | { kind: "ignored" };

/** Columns by the name that the file gives them, and those that mean nothing yet. */
export interface Columns {
  targets: ReadonlyMap<string, ColumnTarget>;
  unknown: readonly UnknownColumn[];
}

export interface UnknownColumn {
  column: string;
  /** The name that a new custom field would get. */
  fieldName: string;
  nearest: string | null;
}

const RECORD_PREFIXES = ["manufacturing", "device"];
const PROVISION_PREFIXES = ["provision", "connectable"];
/** What a report of refused rows put before each row; a mended report can be imported as it is. */
export const REPORT_PREFIX = "refused";

/** What rows are for: a record and then a cloud identity where they ask for one, or that alone. */
export type Purpose = "record" | "provision";

/** Finds what every column means. In a file for provisioning, bare words like `init_key` are known. */
export function resolveColumns(
  names: readonly string[],
  definitions: readonly FieldDefinition[],
  purpose: Purpose,
): Columns {
  if (names.length > INPUT_LIMITS.columns) {
    const reason = `the rows have more than ${INPUT_LIMITS.columns} different columns`;
    throw fileError("TOO_MANY_COLUMNS", reason);
  }
  const active = definitions.filter((definition) => definition.retiredAt === null);
  const targets = new Map<string, ColumnTarget>();
  const unknown: UnknownColumn[] = [];
  const taken = new Map<string, string>();
  for (const column of names) {
    const target = targetOf(column, active, purpose);
    if (target === null) unknown.push(unknownColumn(column, active));
    else {
      assertFree(taken, column, target);
      targets.set(column, target);
    }
  }
  return { targets, unknown };
}

/** What must not stand twice in a file. */
export type Identifier = "serialNumber" | "connhexId";

/** The identifier that stands in a column, whatever custom fields there are; null where none does. */
export function identifierOf(column: string, purpose: Purpose): Identifier | null {
  const target = targetOf(column, [], purpose);
  if (target?.kind === "core") return target.field === "serialNumber" ? "serialNumber" : null;
  if (target?.kind !== "provision") return null;
  if (target.part === "initId") return "serialNumber";
  return target.part === "connhexId" ? "connhexId" : null;
}

/** The refusal of a file with columns that mean nothing: nothing of it is recorded. */
export function unknownColumnError(unknown: readonly UnknownColumn[]): CliError {
  const named = unknown.slice(0, 10).map(({ column, nearest }) => {
    const hint = nearest === null ? "" : ` (nearest known name: ${nearest})`;
    return `"${column}"${hint}`;
  });
  const more = unknown.length > 10 ? ` and ${unknown.length - 10} more` : "";
  const noun = unknown.length === 1 ? "unknown column" : "unknown columns";
  return fileError("UNKNOWN_COLUMN", `${noun}: ${named.join(", ")}${more}`);
}

function targetOf(
  column: string,
  definitions: readonly FieldDefinition[],
  purpose: Purpose,
): ColumnTarget | null {
  const { prefix, name } = splitColumn(column);
  if (prefix === REPORT_PREFIX) return { kind: "ignored" };
  if (prefix === "attributes") return attributeTarget(name, definitions);
  if (PROVISION_PREFIXES.includes(prefix)) return provisionTarget(name);
  if (prefix !== "" && !RECORD_PREFIXES.includes(prefix)) {
    return attributeTarget(column, definitions);
  }
  const word = plain(name);
  if (word === "connhexid") return { kind: "provision", part: "connhexId" };
  if (word === "tenant" || word === "tenants") return { kind: "tenant" };
  const field = CORE_FIELDS.find((known) => plain(known) === word);
  if (field) return { kind: "core", field };
  return (purpose === "provision" && provisionTarget(name)) || attributeTarget(name, definitions);
}

function provisionTarget(name: string): ColumnTarget | null {
  const word = plain(name);
  if (word === "tenant" || word === "tenants") return { kind: "tenant" };
  if (word === "serialnumber") return { kind: "provision", part: "initId" };
  const part = PROVISION_PARTS.find((known) => plain(known) === word);
  if (part) return { kind: "provision", part };
  return word === "protected" ? { kind: "provision", part: "isProtected" } : null;
}

function attributeTarget(
  name: string,
  definitions: readonly FieldDefinition[],
): ColumnTarget | null {
  const exact = definitions.find((definition) => definition.name === name);
  if (exact) return { kind: "attribute", definition: exact };
  const alike = definitions.filter((definition) => plain(definition.name) === plain(name));
  return alike.length === 1 && alike[0] ? { kind: "attribute", definition: alike[0] } : null;
}

function assertFree(taken: Map<string, string>, column: string, target: ColumnTarget): void {
  if (target.kind === "ignored") return;
  const key = keyOf(target);
  const other = taken.get(key);
  if (other !== undefined) {
    throw fileError("DUPLICATE_COLUMN", `the columns "${other}" and "${column}" both mean ${key}`);
  }
  taken.set(key, column);
}

function keyOf(target: Exclude<ColumnTarget, { kind: "ignored" }>): string {
  switch (target.kind) {
    case "core":
      return target.field;
    case "attribute":
      return `attributes.${target.definition.name}`;
    case "provision":
      return `provision.${target.part}`;
    case "tenant":
      return "tenant";
  }
}

function splitColumn(column: string): { prefix: string; name: string } {
  const dot = column.indexOf(".");
  if (dot < 0) return { prefix: "", name: column.trim() };
  return { prefix: plain(column.slice(0, dot)), name: column.slice(dot + 1).trim() };
}

/** `Lot Code`, `lot_code` and `lotCode` are one name. */
export function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, "");
}

function unknownColumn(column: string, definitions: readonly FieldDefinition[]): UnknownColumn {
  const { name } = splitColumn(column);
  const known = [...CORE_FIELDS, "connhexId", "tenant", ...definitions.map((field) => field.name)];
  return { column, fieldName: camelCase(name), nearest: nearestOf(name, known) };
}

/** `Burn-in time` gives burnInTime. */
export function camelCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return words.map((word, index) => (index === 0 ? lowerFirst(word) : upperFirst(word))).join("");
}

/** `BURN_IN` gives burnIn, not bURN… */
function lowerFirst(word: string): string {
  const rest = word === word.toUpperCase() ? word.toLowerCase() : word;
  return rest.charAt(0).toLowerCase() + rest.slice(1);
}

function upperFirst(word: string): string {
  const rest = word === word.toUpperCase() ? word.toLowerCase() : word;
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

/** The known name that takes the fewest changed letters, where they are few. */
export function nearestOf(name: string, known: readonly string[]): string | null {
  const word = plain(name);
  let best: { name: string; distance: number } | null = null;
  for (const candidate of known) {
    const distance = editDistance(word, plain(candidate));
    if (best === null || distance < best.distance) best = { name: candidate, distance };
  }
  const most = Math.max(2, Math.floor(word.length / 3));
  return best !== null && best.distance <= most ? best.name : null;
}

/** Letters to add, drop or change (Levenshtein). */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const change = left[i - 1] === right[j - 1] ? 0 : 1;
      const options = [(next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + change];
      next.push(Math.min(...options));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
