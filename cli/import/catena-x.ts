import { parseTimestamp, type Timestamp } from "../../shared/time.ts";
import { type BatchOrObstacle, EdgeCount, lotFactsOf, readBatches } from "./catena-x-lots.ts";
import {
  aspectOf,
  readChildParts,
  readTwins,
  readTypization,
  shortAspectName,
  type Twin,
  type Typization,
} from "./catena-x-twin.ts";
import { type CoreField, TEXT_FIELDS } from "./columns.ts";
import type { NewField } from "./field-definitions.ts";
import type { DeviceRow } from "./judge-row.ts";
import type { FileRow, Refusal } from "./row.ts";
import { SeenSerialNumbers } from "./seen-serial-numbers.ts";
import { Tally } from "./tally.ts";
import { readCoreField, readText } from "./values.ts";

const SERIAL_PART = "SerialPartTypization";
const BATCH = "Batch";
const CHILDREN = "AssemblyPartRelationship";
const IDENTIFIER_CHARACTERS = 256;
/** The columns under which a report shows a twin. */
export const CATENA_X_COLUMNS = ["catenaXId", "partInstanceId"];

/** A part of the file, ready to be recorded or refused. */
export interface CatenaXRow {
  row: FileRow;
  judged: DeviceRow | Refusal;
}

/** What is in a file and what of it is used. The parts of each count add up to its total. */
export interface CatenaXReport {
  twins: { total: number; devices: number; lots: number; other: Tally };
  edges: EdgeCount;
  /** In how many twins each aspect stands. */
  aspects: { used: Tally; notUsed: Tally };
  lots: { withDevices: number; withoutDevices: number };
  devicesInSeveralLots: number;
  timesAssumedUtc: number;
  /** Parts whose type names another part number than the part; the part's own is recorded. */
  otherPartNumbers: number;
}

/** All that a Catena-X file asks to be recorded. */
export interface CatenaXPlan {
  rows: CatenaXRow[];
  fields: NewField[];
  report: CatenaXReport;
}

interface File {
  parts: ReadonlySet<string>;
  batches: ReadonlyMap<string, BatchOrObstacle>;
  report: CatenaXReport;
  lotsWithDevices: Set<string>;
  seen: SeenSerialNumbers;
}

/** Turns serial parts into devices and the batches that they contain into their lots. */
export function planCatenaX(
  container: string | null,
  members: readonly { line: number; value: unknown }[],
): CatenaXPlan {
  const twins = readTwins(container, members);
  const parts = twins.filter((twin) => aspectOf(twin, SERIAL_PART));
  const batchTwins = twins.filter((twin) => !aspectOf(twin, SERIAL_PART) && aspectOf(twin, BATCH));
  const batches = readBatches(
    batchTwins.map((twin) => ({
      catenaXId: twin.catenaXId,
      typization: readTypization(aspectOf(twin, BATCH)?.[0]),
    })),
  );
  const report = emptyReport(twins, { parts, batchTwins });
  const file: File = {
    parts: new Set(parts.map(({ catenaXId }) => catenaXId)),
    batches,
    report,
    lotsWithDevices: new Set(),
    seen: new SeenSerialNumbers(),
  };
  for (const twin of twins.filter((other) => !aspectOf(other, SERIAL_PART)))
    countUnused(twin, report);
  const rows = parts.map((twin) => planPart(twin, file));
  report.lots.withDevices = file.lotsWithDevices.size;
  report.lots.withoutDevices = batchTwins.length - file.lotsWithDevices.size;
  return { rows, fields: fieldsFor(rows), report };
}

function planPart(twin: Twin, file: File): CatenaXRow {
  const typization = readTypization(aspectOf(twin, SERIAL_PART)?.[0]);
  const { serialNumber } = typization;
  const cells = new Map<string, unknown>([
    ["catenaXId", twin.catenaXId],
    ["partInstanceId", serialNumber],
  ]);
  const row: FileRow = { line: twin.line, cells, defect: null };
  const judged = judgePart(twin, typization, file);
  if ("code" in judged) countUnusable(twin, file.report, judged);
  return { row, judged };
}

function judgePart(twin: Twin, typization: Typization, file: File): DeviceRow | Refusal {
  const { report } = file;
  const { serialNumber, partNumber, name, country, manufacturerId } = typization;
  if (serialNumber === null) {
    return { code: "FIELD_REQUIRED", field: "partInstanceId", reason: "the part has none" };
  }
  const first = file.seen.firstLine(serialNumber, twin.line);
  if (first !== null) {
    const reason = `${serialNumber} is the part on line ${first} already`;
    return { code: "DUPLICATE_IN_FILE", field: "partInstanceId", reason };
  }
  const producedAt = readDate(typization.date);
  if (producedAt === "unreadable") {
    const reason = `${JSON.stringify(typization.date)} is no time`;
    return { code: "INVALID_VALUE", field: "manufacturingInformation.date", reason };
  }
  const texts = { serialNumber, partNumber, deviceType: name, site: country };
  const attributes = { catenaXId: twin.catenaXId, manufacturerId };
  const refusal = unfitText(texts) ?? unfitIdentifier(attributes);
  if (refusal) return refusal;
  if (producedAt?.isAssumedUtc) report.timesAssumedUtc += 1;
  if (typization.otherPartNumber !== null) report.otherPartNumbers += 1;
  const { lotCode, batches } = lotFactsOf(childrenOf(twin), file, report.edges);
  for (const batch of Object.values(batches)) file.lotsWithDevices.add(batch);
  if (Object.keys(batches).length > 1) report.devicesInSeveralLots += 1;
  return {
    record: {
      serialNumber,
      ...present({ ...texts, lotCode, producedAt: producedAt?.time ?? null }),
      attributes: present({ ...attributes, ...batches }),
    },
    provision: null,
  };
}

/** A time without an offset is read as UTC, and counted. */
function readDate(
  text: string | null,
): { time: Timestamp; isAssumedUtc: boolean } | null | "unreadable" {
  if (text === null) return null;
  const told = parseTimestamp(text);
  if (told !== null) return { time: told, isAssumedUtc: false };
  const assumed = parseTimestamp(
    /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : `${text}Z`,
  );
  return assumed === null ? "unreadable" : { time: assumed, isAssumedUtc: true };
}

function unfitText(texts: Partial<Record<CoreField, string | null>>): Refusal | null {
  for (const field of TEXT_FIELDS) {
    const text = texts[field];
    if (text === undefined || text === null) continue;
    const read = readCoreField(field, text);
    if ("reason" in read) return { code: "INVALID_VALUE", field, reason: read.reason };
  }
  return null;
}

function unfitIdentifier(attributes: Readonly<Record<string, string | null>>): Refusal | null {
  for (const [field, text] of Object.entries(attributes)) {
    if (text === null) continue;
    const read = readText(text, IDENTIFIER_CHARACTERS);
    if ("reason" in read) return { code: "INVALID_VALUE", field, reason: read.reason };
  }
  return null;
}

function childrenOf(twin: Twin) {
  return readChildParts(aspectOf(twin, CHILDREN) ?? []);
}

/** The edges of a part that is refused are not used either. */
function countUnusable(twin: Twin, report: CatenaXReport, { code }: Refusal): void {
  const edges = childrenOf(twin).length;
  if (edges > 0) report.edges.notUsed.add(`the part is refused (${code})`, edges);
}

function countUnused(twin: Twin, report: CatenaXReport): void {
  const edges = childrenOf(twin).length;
  if (edges > 0) report.edges.notUsed.add("the parent is no serial part", edges);
}

function emptyReport(
  twins: readonly Twin[],
  { parts, batchTwins }: { parts: readonly Twin[]; batchTwins: readonly Twin[] },
): CatenaXReport {
  const other = new Tally();
  const aspects = { used: new Tally(), notUsed: new Tally() };
  for (const twin of twins) {
    const names = [...twin.aspects.keys()];
    if (!parts.includes(twin) && !batchTwins.includes(twin)) {
      other.add(`neither part nor batch: ${names.map(shortAspectName).join(", ") || "no aspect"}`);
    }
    for (const name of names) {
      const isUsed = [SERIAL_PART, BATCH, CHILDREN].some((used) => name.endsWith(`#${used}`));
      aspects[isUsed ? "used" : "notUsed"].add(shortAspectName(name));
    }
  }
  return {
    twins: { total: twins.length, devices: parts.length, lots: batchTwins.length, other },
    edges: new EdgeCount(),
    aspects,
    lots: { withDevices: 0, withoutDevices: 0 },
    devicesInSeveralLots: 0,
    timesAssumedUtc: 0,
    otherPartNumbers: 0,
  };
}

/** The custom fields that the rows use: where they come from, and one for each material. */
function fieldsFor(rows: readonly CatenaXRow[]): NewField[] {
  const names = new Set<string>();
  for (const { judged } of rows) {
    if ("code" in judged) continue;
    for (const name of Object.keys(judged.record.attributes ?? {})) names.add(name);
  }
  return [...names].map((name) => ({ name, type: "TEXT", isGroupable: name !== "catenaXId" }));
}

function present(values: Readonly<Record<string, string | null>>): Record<string, string> {
  const given = Object.entries(values).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return Object.fromEntries(given);
}
