import { EdgeCount } from "./catena-x-edges.ts";
import { BATCH, CHILDREN, SERIAL_PART, shortAspectName, type Twin } from "./catena-x-twin.ts";
import { Tally } from "./tally.ts";

/** What is in a file and what of it is used. The parts of each count add up to its total. */
export interface CatenaXReport {
  twins: {
    total: number;
    devices: number;
    /** Parts whose serial number another part of the file has: they are no devices. */
    components: number;
    /** Twins of a part that has another twin before. */
    furtherTwins: number;
    lots: number;
    other: Tally;
  };
  edges: EdgeCount;
  /** In how many twins each aspect stands. */
  aspects: { used: Tally; notUsed: Tally };
  /** notGrouped: batches of a part that its custom fields could not hold. */
  lots: { withDevices: number; withoutDevices: number; notGrouped: Tally };
  devicesInSeveralLots: number;
  timesAssumedUtc: number;
  /** Parts whose type names another part number than the part; the part's own is recorded. */
  otherPartNumbers: number;
}

/** A report that counts no more than what stands in the file. */
export function emptyReport(
  twins: readonly Twin[],
  { partTwins, batchTwins }: { partTwins: readonly Twin[]; batchTwins: readonly Twin[] },
): CatenaXReport {
  const other = new Tally();
  const aspects = { used: new Tally(), notUsed: new Tally() };
  const known = new Set([...partTwins, ...batchTwins]);
  for (const twin of twins) {
    const names = [...twin.aspects.keys()];
    if (!known.has(twin)) {
      other.add(`neither part nor batch: ${names.map(shortAspectName).join(", ") || "no aspect"}`);
    }
    for (const name of names) {
      const isUsed = [SERIAL_PART, BATCH, CHILDREN].some((used) => name.endsWith(`#${used}`));
      aspects[isUsed ? "used" : "notUsed"].add(shortAspectName(name));
    }
  }
  return {
    twins: {
      ...{ total: twins.length, devices: 0, components: 0, furtherTwins: 0 },
      ...{ lots: batchTwins.length, other },
    },
    edges: new EdgeCount(),
    aspects,
    lots: { withDevices: 0, withoutDevices: 0, notGrouped: new Tally() },
    devicesInSeveralLots: 0,
    timesAssumedUtc: 0,
    otherPartNumbers: 0,
  };
}
