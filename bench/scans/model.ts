import type { PlannedScan } from "./plan.ts";

/** The fields that the campaign looks at. */
export const FIELDS = [
  "phase",
  "site",
  "line",
  "operator",
  "lotCode",
  "partNumber",
  "workOrder",
  "fwVersion",
  "palletId",
] as const;

export type State = Record<(typeof FIELDS)[number], string | null>;

/**
 * What was true of a device at a time: goes through its scans as they were made, and knows nothing
 * of revisions or of when a scan arrived. Null before its first scan.
 */
export function stateAt(scans: readonly PlannedScan[], at: string): State | null {
  const made = scans
    .filter(({ scannedAt }) => scannedAt <= at)
    .sort((one, other) => (one.scannedAt < other.scannedAt ? -1 : 1));
  if (made.length === 0) return null;
  const said: Record<string, string> = Object.assign({}, ...made.map(({ record }) => record));
  return Object.fromEntries(FIELDS.map((field) => [field, said[field] ?? null])) as State;
}

/** The scans of each device. */
export function byDevice(scans: readonly PlannedScan[]): Map<string, PlannedScan[]> {
  const devices = new Map<string, PlannedScan[]>();
  for (const scan of scans) {
    const { serialNumber } = scan.record;
    const others = devices.get(serialNumber);
    if (others) others.push(scan);
    else devices.set(serialNumber, [scan]);
  }
  return devices;
}
