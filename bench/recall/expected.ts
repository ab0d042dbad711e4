import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  isMoved,
  MOVED_AT,
  PRODUCED_EVERY_MS,
  PRODUCED_FROM_MS,
  plantedDevice,
} from "./planted.ts";

/** Fails where an answer is not what was planted. */
export function assertEqual(what: string, answered: unknown, planted: unknown): void {
  if (isDeepStrictEqual(answered, planted)) return;
  const text = (value: unknown) => JSON.stringify(value)?.slice(0, 600);
  throw new Error(`${what} is not what was planted:\n${text(answered)}\nbut\n${text(planted)}`);
}

/** What names each of the devices, as the graph answers it. */
export function assertNames(what: string, answered: readonly unknown[], planted: number[]): void {
  assertEqual(`the number of ${what}`, answered.length, planted.length);
  planted.forEach((n, place) => {
    const { serialNumber, connhexId } = plantedDevice(n);
    assertEqual(`device ${n} of ${what}`, answered[place], { serialNumber, connhexId });
  });
}

/** All fields of each of the devices; ids are opaque. */
export function assertDevices(what: string, answered: readonly unknown[], planted: number[]): void {
  assertEqual(`the number of ${what}`, answered.length, planted.length);
  planted.forEach((n, place) => {
    const { id, ...fields } = answered[place] as { id: string };
    assertEqual(`device ${n} of ${what}`, fields, wholeDevice(n));
  });
}

function wholeDevice(n: number): object {
  const recordedMs = PRODUCED_FROM_MS + n * PRODUCED_EVERY_MS + 600_000;
  return {
    ...plantedDevice(n),
    ...{ productionOrder: null, palletId: null, packageId: null, attributes: {} },
    revision: isMoved(n) ? 2 : 1,
    recordedAt: isMoved(n)
      ? microsecondsAfter(Date.parse(MOVED_AT), n)
      : microsecondsAfter(recordedMs, 0),
  };
}

function microsecondsAfter(ms: number, micros: number): string {
  const whole = new Date(ms + Math.floor(micros / 1_000)).toISOString().slice(0, -1);
  return `${whole}${String(micros % 1_000).padStart(3, "0")}Z`;
}

/** The hash of a frozen set: of its serial numbers in order, each with a line feed. */
export function hashOf(planted: readonly number[]): string {
  const hash = createHash("sha256");
  for (const n of planted) hash.update(`${plantedDevice(n).serialNumber}\n`);
  return hash.digest("hex");
}

/** How many of the devices have which firmware, the most frequent first. */
export function firmwareShares(planted: readonly number[]): { value: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const n of planted) {
    const { fwVersion } = plantedDevice(n);
    counts.set(fwVersion, (counts.get(fwVersion) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((one, other) => other.count - one.count || (one.value < other.value ? -1 : 1));
}
