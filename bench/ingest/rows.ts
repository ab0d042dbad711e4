import { BOARD_VENDORS } from "../../demo/catalogue.ts";

/**
 * The devices that every way of recording records: arithmetic, so that each way has the same, and
 * what stands in the database afterwards can be compared. They fit the demo factory's custom fields.
 */
export interface BenchRecord {
  serialNumber: string;
  partNumber: string;
  pcbPartNumber: string;
  hardwareRevision: string;
  fwVersion: string;
  deviceType: string;
  lotCode: string;
  workOrder: string;
  productionOrder: string;
  palletId: string;
  packageId: string;
  phase: "PACKAGING";
  disposition: "RELEASED";
  producedAt: string;
  site: string;
  line: string;
  operator: string;
  attributes: {
    boardVendor: string;
    calibratedOn: string;
    calibrationOffset: string;
    leakTested: boolean;
    refrigerantGrams: number;
  };
}

const FIRST_MADE_MS = Date.parse("2026-03-02T06:00:00Z");
const MS_APART = 1_300;

/** Digits behind the prefix that tells who recorded it. */
export const SERIAL_DIGITS = 9;

/** The device of this number, as recorded by whoever has the prefix. */
export function recordOf(prefix: string, number: number): BenchRecord {
  const numbered = (letters: string, size: number, digits: number) =>
    `${letters}-${padded(Math.floor(number / size), digits)}`;
  const madeMs = FIRST_MADE_MS + number * MS_APART;
  return {
    serialNumber: `${prefix}${padded(number, SERIAL_DIGITS)}`,
    partNumber: `BR-HP-${1_200 + (number % 7)}`,
    pcbPartNumber: `PCB-${4_400 + (number % 12)}`,
    hardwareRevision: "ABCD".charAt(number % 4),
    fwVersion: `2.${number % 9}.${number % 5}`,
    deviceType: "HEAT_PUMP",
    lotCode: numbered("IL", 500, 6),
    workOrder: numbered("IW", 2_000, 6),
    productionOrder: numbered("IP", 5_000, 6),
    palletId: numbered("IPL", 48, 7),
    packageId: numbered("IPK", 8, 8),
    phase: "PACKAGING",
    disposition: "RELEASED",
    producedAt: new Date(madeMs).toISOString(),
    site: "IT-TRENTO",
    line: `PCK-${number % 3}`,
    operator: `op-${padded(number % 90, 3)}`,
    attributes: {
      boardVendor: BOARD_VENDORS[number % BOARD_VENDORS.length] ?? "",
      calibratedOn: "2026-03-02",
      calibrationOffset: `-0.${1 + (number % 9)}`,
      leakTested: true,
      refrigerantGrams: 1_400 + (number % 100),
    },
  };
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, "0");
}

/** The columns of the file, in its order. */
const COLUMNS = [
  ["serial_number", "serialNumber"],
  ["part_number", "partNumber"],
  ["pcb_part_number", "pcbPartNumber"],
  ["hardware_revision", "hardwareRevision"],
  ["fw_version", "fwVersion"],
  ["device_type", "deviceType"],
  ["lot_code", "lotCode"],
  ["work_order", "workOrder"],
  ["production_order", "productionOrder"],
  ["pallet_id", "palletId"],
  ["package_id", "packageId"],
  ["phase", "phase"],
  ["disposition", "disposition"],
  ["produced_at", "producedAt"],
  ["site", "site"],
  ["line", "line"],
  ["operator", "operator"],
] as const;
const ATTRIBUTES = [
  "boardVendor",
  "calibratedOn",
  "calibrationOffset",
  "leakTested",
  "refrigerantGrams",
] as const;

/** The columns in the database, in the order of `copyLine`. */
export const RECORD_COLUMNS: readonly string[] = [
  ...COLUMNS.map(([column]) => column),
  "attributes",
];

export function csvHeader(): string {
  return `${[...COLUMNS.map(([column]) => column), ...ATTRIBUTES].join()}\n`;
}

export function csvLine(record: BenchRecord): string {
  const fields = COLUMNS.map(([, field]) => record[field]);
  const custom = ATTRIBUTES.map((name) => record.attributes[name]);
  return `${[...fields, ...custom].join()}\n`;
}

/** A line of COPY's text format. No value holds what would have to be escaped. */
export function copyLine(record: BenchRecord): string {
  const fields = COLUMNS.map(([, field]) => record[field]);
  return `${[...fields, JSON.stringify(record.attributes)].join("\t")}\n`;
}
