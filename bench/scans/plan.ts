import { Random } from "../../demo/random.ts";

/** A scan that a station makes. */
export interface PlannedScan {
  station: string;
  journal: string;
  sequence: number;
  scannedAt: string;
  record: Readonly<Record<string, string>> & { serialNumber: string };
}

export interface ScanPlan {
  scans: readonly PlannedScan[];
  /** Batches in the order in which they are sent: every scan is in one to five of them. */
  deliveries: readonly (readonly PlannedScan[])[];
}

export interface PlanOptions {
  /** A multiple of four: each device is scanned in four phases. */
  scans: number;
  seed: string;
  /** When the last scan was made, in ms since the epoch. */
  endMs: number;
}

const PHASES = ["MANUFACTURING", "FINAL_ASSEMBLY", "TESTING", "PACKAGING"] as const;
const DAYS = 30;
const DAY_MS = 86_400_000;
const COPIES_MOST = 5;
const BATCH_MOST = 500;
/** One line of stations in five has no network until all others have sent everything. */
const LINES = 5;

/** Plans what stations scan within thirty days, and how it comes to the gateway. */
export function planScans({ scans, seed, endMs }: PlanOptions): ScanPlan {
  const random = new Random(seed, "scans");
  const byStation = new Map<string, Omit<PlannedScan, "sequence">[]>();
  for (let device = 0; device < scans / PHASES.length; device++) {
    for (const scan of scansOfDevice(device, random, endMs)) {
      const others = byStation.get(scan.station);
      if (others) others.push(scan);
      else byStation.set(scan.station, [scan]);
    }
  }
  const numbered = [...byStation].map(([, made]) =>
    made
      .sort((one, other) => (one.scannedAt < other.scannedAt ? -1 : 1))
      .map((scan, index): PlannedScan => ({ ...scan, sequence: index + 1 })),
  );
  return { scans: numbered.flat(), deliveries: deliver(numbered, random) };
}

function scansOfDevice(device: number, random: Random, endMs: number) {
  const line = random.below(LINES);
  const serialNumber = `CAMPAIGN-${String(device).padStart(7, "0")}`;
  const lotCode = `LOT-${Math.floor(device / 100)}`;
  const partNumber = `P-${line}`;
  const more: readonly Record<string, string>[] = [
    { lotCode, partNumber },
    { workOrder: `WO-${device % 97}`, partNumber },
    { fwVersion: `1.${device % 7}.0`, lotCode },
    { palletId: `PAL-${device % 31}`, lotCode, partNumber },
  ];
  const times = PHASES.map(() => endMs - random.below(DAYS * DAY_MS)).sort();
  return PHASES.map((phase, step) => {
    const station = `line-${line}-${phase.toLowerCase()}`;
    // Two phases in one millisecond would have no order.
    const scannedAt = new Date((times[step] ?? endMs) + step).toISOString();
    const place = { site: `site-${line % 2}`, line: `${line}.${step}`, operator: `op-${step}` };
    const record = { serialNumber, phase, ...place, ...more[step] };
    return { station, journal: `journal-of-${station}`.replaceAll("_", "-"), scannedAt, record };
  });
}

/**
 * Each station sends in reconnects: what it has made since the last one, in any order, once or
 * several times, and again what it does not know to have arrived.
 */
function deliver(stations: readonly (readonly PlannedScan[])[], random: Random): PlannedScan[][] {
  const queues = stations.map((scans) => reconnectsOf(scans, random));
  const isLate = (place: number) => stations[place]?.[0]?.station.startsWith("line-0") ?? false;
  const early = interleave(
    queues.filter((_, place) => !isLate(place)),
    random,
  );
  return [
    ...early,
    ...interleave(
      queues.filter((_, place) => isLate(place)),
      random,
    ),
  ];
}

function reconnectsOf(scans: readonly PlannedScan[], random: Random): PlannedScan[][] {
  const batches: PlannedScan[][] = [];
  let unsure: PlannedScan[] = [];
  for (let from = 0; from < scans.length; ) {
    const made = scans.slice(from, from + random.between(1, 400));
    from += made.length;
    const sent = [...unsure];
    unsure = [];
    for (const scan of made) {
      const copies = random.between(1, COPIES_MOST);
      for (let copy = 0; copy < copies; copy++) {
        // The first one is of this reconnect, the others of this one or the next.
        if (copy === 0 || random.chance(0.5)) sent.push(scan);
        else unsure.push(scan);
      }
    }
    batches.push(...cut(shuffle(sent, random), random));
  }
  batches.push(...cut(shuffle(unsure, random), random));
  return batches;
}

function cut(scans: readonly PlannedScan[], random: Random): PlannedScan[][] {
  const batches: PlannedScan[][] = [];
  for (let from = 0; from < scans.length; ) {
    const batch = scans.slice(from, from + random.between(1, BATCH_MOST));
    batches.push(batch);
    from += batch.length;
  }
  return batches;
}

/** Takes from the queues in turn by lot; each stays in its own order. */
function interleave<Item>(queues: readonly (readonly Item[])[], random: Random): Item[] {
  const left = queues.map((items) => ({ items, next: 0 }));
  const taken: Item[] = [];
  for (let open = left.filter(hasMore); open.length > 0; open = left.filter(hasMore)) {
    const queue = random.pick(open);
    const item = queue.items[queue.next++];
    if (item !== undefined) taken.push(item);
  }
  return taken;
}

function hasMore({ items, next }: { items: readonly unknown[]; next: number }): boolean {
  return next < items.length;
}

function shuffle<Item>(items: Item[], random: Random): Item[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [items[last], items[other]] = [items[other] as Item, items[last] as Item];
  }
  return items;
}
