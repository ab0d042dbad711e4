import { parseTimestamp, type Timestamp } from "../../shared/time.ts";
import {
  type Edge,
  type ItemOrObstacle,
  installationsOf,
  type ToldInstallation,
} from "./catena-x-edges.ts";
import { type BatchOrObstacle, lotFactsOf, readBatches } from "./catena-x-lots.ts";
import { type CatenaXReport, emptyReport } from "./catena-x-report.ts";
import { type Part, readParts, twinsOf } from "./catena-x-things.ts";
import {
  aspectOf,
  BATCH,
  CHILDREN,
  readChildParts,
  readTwins,
  readTypization,
  SERIAL_PART,
  type Twin,
  type Typization,
} from "./catena-x-twin.ts";
import { type CoreField, TEXT_FIELDS } from "./columns.ts";
import type { NewField } from "./field-definitions.ts";
import type { DeviceRow } from "./judge-row.ts";
import type { FileRow, Refusal } from "./row.ts";
import { SeenSerialNumbers } from "./seen-serial-numbers.ts";
import { readCoreField, readText } from "./values.ts";

const IDENTIFIER_CHARACTERS = 256;
const ATTRIBUTE_CHARACTERS = 4_096;
/** Not grouping: each value is one device's own. */
const OWN_FIELDS = ["catenaXId", "otherCatenaXIds"];
/** The columns under which a report shows a twin. */
export const CATENA_X_COLUMNS = ["catenaXId", "partInstanceId"];

/** A part of the file, ready to be recorded or refused. */
export interface CatenaXRow {
  row: FileRow;
  judged: DeviceRow | Refusal;
}

/** All that a Catena-X file asks to be recorded: devices first, then what is within what. */
export interface CatenaXPlan {
  rows: CatenaXRow[];
  installations: ToldInstallation[];
  fields: NewField[];
  report: CatenaXReport;
}

interface File {
  batches: ReadonlyMap<string, BatchOrObstacle>;
  report: CatenaXReport;
  lotsWithDevices: Set<string>;
  seen: SeenSerialNumbers;
  /** What each twin is, by its catenaXId. */
  items: Map<string, ItemOrObstacle>;
}

/**
 * Turns serial parts into devices, the batches within them into components and lots, and edges
 * into installations.
 */
export function planCatenaX(
  container: string | null,
  members: readonly { line: number; value: unknown }[],
): CatenaXPlan {
  const twins = readTwins(container, members);
  const typed = (aspect: string, of: readonly Twin[]) =>
    of.map((twin) => ({ twin, typization: readTypization(aspectOf(twin, aspect)?.[0]) }));
  const partTwins = twins.filter((twin) => aspectOf(twin, SERIAL_PART));
  const batchTwins = twins.filter((twin) => !aspectOf(twin, SERIAL_PART) && aspectOf(twin, BATCH));
  const batches = typed(BATCH, batchTwins);
  const parts = readParts(typed(SERIAL_PART, partTwins));
  const file: File = {
    batches: readBatches(
      batches.map(({ twin, typization }) => ({ catenaXId: twin.catenaXId, typization })),
    ),
    report: emptyReport(twins, { partTwins, batchTwins }),
    lotsWithDevices: new Set(),
    seen: new SeenSerialNumbers(),
    items: new Map(batches.map(({ twin, typization }) => [twin.catenaXId, batchItem(typization)])),
  };
  const { report } = file;
  const rows = parts.flatMap((part) => planPart(part, file) ?? []);
  report.lots.withDevices = file.lotsWithDevices.size;
  report.lots.withoutDevices = batchTwins.length - file.lotsWithDevices.size;
  const installations = installationsOf(twins.flatMap(edgesOf), file.items, report.edges);
  return { rows, installations, fields: fieldsFor(rows), report };
}

/** The row of a part that becomes a device; null for one that is a component. */
function planPart(part: Part, file: File): CatenaXRow | null {
  const { twin, typization } = part;
  const { serialNumber } = typization;
  const cells = new Map<string, unknown>([
    ["catenaXId", twin.catenaXId],
    ["partInstanceId", serialNumber],
  ]);
  const row: FileRow = { line: twin.line, cells, defect: null };
  const taken = serialNumber === null ? null : file.seen.firstLine(serialNumber, twin.line);
  const component = taken === null ? null : componentItem(typization);
  if (component) {
    count(part, component, file);
    file.report.twins.components += 1;
    return null;
  }
  const judged = taken === null ? judgePart(part, file) : duplicate(serialNumber ?? "", taken);
  file.report.twins.devices += 1;
  const isRefused = "code" in judged;
  count(
    part,
    isRefused
      ? { obstacle: `the part is refused (${judged.code})` }
      : { item: { device: judged.record.serialNumber } },
    file,
  );
  return { row, judged };
}

function count(part: Part, item: ItemOrObstacle, { items, report }: File): void {
  for (const { catenaXId } of twinsOf(part)) items.set(catenaXId, item);
  report.twins.furtherTwins += part.others.length;
}

/** A part whose serial number another maker's part, or another part of the same, has already. */
function componentItem({
  manufacturerId: supplier,
  partNumber,
  serialNumber,
}: Typization): ItemOrObstacle | null {
  if (supplier === null || partNumber === null || serialNumber === null) return null;
  return { item: { component: { supplier, partNumber, serialNumber } } };
}

function batchItem({ manufacturerId, partNumber, serialNumber }: Typization): ItemOrObstacle {
  if (manufacturerId === null || partNumber === null || serialNumber === null) {
    return { obstacle: "the batch lacks its maker, part number or identifier" };
  }
  return {
    item: { component: { supplier: manufacturerId, partNumber, supplierLot: serialNumber } },
  };
}

function judgePart(part: Part, file: File): DeviceRow | Refusal {
  const { report } = file;
  const { serialNumber, partNumber, name, country, manufacturerId, ...told } = part.typization;
  if (serialNumber === null) {
    return { code: "FIELD_REQUIRED", field: "partInstanceId", reason: "the part has none" };
  }
  const producedAt = readDate(told.date);
  if (producedAt === "unreadable") {
    const reason = `${JSON.stringify(told.date)} is no time`;
    return { code: "INVALID_VALUE", field: "manufacturingInformation.date", reason };
  }
  const texts = { serialNumber, partNumber, deviceType: name, site: country };
  const attributes = { catenaXId: part.twin.catenaXId, manufacturerId };
  const refusal = unfitText(texts) ?? unfitIdentifier(attributes);
  if (refusal) return refusal;
  if (producedAt?.isAssumedUtc) report.timesAssumedUtc += 1;
  if (told.otherPartNumber !== null) report.otherPartNumbers += 1;
  const children = twinsOf(part).flatMap(childrenOf);
  const { lotCode, batches } = lotFactsOf(children, file.batches, report.lots.notGrouped);
  for (const batch of Object.values(batches)) file.lotsWithDevices.add(batch);
  if (Object.keys(batches).length > 1) report.devicesInSeveralLots += 1;
  const record = {
    serialNumber,
    ...present({ ...texts, lotCode, producedAt: producedAt?.time ?? null }),
    attributes: present({ ...attributes, otherCatenaXIds: otherIdsOf(part), ...batches }),
  };
  return { record, provision: null };
}

function duplicate(serialNumber: string, line: number): Refusal {
  const reason = `${serialNumber} is the part on line ${line} already`;
  return { code: "DUPLICATE_IN_FILE", field: "partInstanceId", reason };
}

function otherIdsOf({ others }: Part): string | null {
  const ids = others.map(({ catenaXId }) => catenaXId).join(" ");
  return ids === "" ? null : ids.slice(0, ATTRIBUTE_CHARACTERS);
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

function edgesOf(twin: Twin): Edge[] {
  return childrenOf(twin).map((child) => ({ parentId: twin.catenaXId, line: twin.line, child }));
}

/** The custom fields that the rows use: where they come from, and one for each material. */
function fieldsFor(rows: readonly CatenaXRow[]): NewField[] {
  const names = new Set<string>();
  for (const { judged } of rows) {
    if ("code" in judged) continue;
    for (const name of Object.keys(judged.record.attributes ?? {})) names.add(name);
  }
  return [...names].map((name) => ({
    name,
    type: "TEXT",
    isGroupable: !OWN_FIELDS.includes(name),
  }));
}

function present(values: Readonly<Record<string, string | null>>): Record<string, string> {
  const given = Object.entries(values).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return Object.fromEntries(given);
}
