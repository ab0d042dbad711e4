import { BAD_CAPACITOR_BATCH, FAULTY_FIRMWARE } from "./catalogue.ts";
import type { Micros } from "./clock.ts";
import { type Lot, type Plan, padded } from "./plan.ts";
import { Random } from "./random.ts";

export const DISPOSITION_PATHS = [
  "RELEASED",
  /** Quarantined after the test, and released again. */
  "RELEASED_AGAIN",
  "QUARANTINED",
  "SCRAPPED",
] as const;
export type DispositionPath = (typeof DISPOSITION_PATHS)[number];

/** What befalls one device, decided before its story is told: the planted truths are read off it. */
export interface Fate {
  index: number;
  serialNumber: string;
  producedAt: Micros;
  /** The lot code of its first record; differs from the lot's where it was mistyped. */
  lotCodeAtFirst: string;
  capacitorBatchAtFirst: string;
  /** Differs from the first where a correction followed. */
  capacitorBatch: string;
  solderBatch: string | null;
  fwVersionAtFirst: string;
  fwVersion: string;
  disposition: DispositionPath;
  isReworked: boolean;
  isHardwareRevisionMistyped: boolean;
  isMovedToAnotherPallet: boolean;
  isCalibrationLate: boolean;
  isProvisioned: boolean;
}

/** Tells the fate of any device of the plan, in any order; about a microsecond each. */
export class Fates {
  private readonly random: Random;
  private readonly packages: Random;
  private readonly planted: ReadonlyMap<number, (position: number) => boolean>;

  constructor(private readonly plan: Plan) {
    this.random = new Random(`${plan.seed} ${plan.devices}`, "fates");
    this.packages = new Random(`${plan.seed} ${plan.devices}`, "packages");
    this.planted = plantCapacitors(plan.lots);
  }

  /** Lots into which the bad capacitors went. */
  get plantedLots(): Lot[] {
    return this.plan.lots.filter(({ index }) => this.planted.has(index));
  }

  of(lot: Lot, index: number): Fate {
    const random = this.random.startAt(index);
    const position = index - lot.firstDevice;
    const producedAt = lot.startsAt + position * lot.takt + random.below(lot.takt);
    const luck = random.share();
    const lotCodeAtFirst = random.chance(0.006) && lot.isSettled ? this.mistaken(lot) : lot.lotCode;
    const capacitors = this.capacitors(lot, position, random.share());
    const fwVersionAtFirst = firmwareAt(this.plan, lot, producedAt, random.share());
    const isReflashed = random.chance(0.02) && lot.isSettled;
    const disposition = lot.isFinished ? dispositionOf(luck) : "RELEASED";
    return {
      index,
      serialNumber: `BR${lot.site.letter}${padded(index + 1, 8)}`,
      producedAt,
      lotCodeAtFirst,
      ...capacitors,
      solderBatch: lot.model.hasSolderBatch ? this.solderBatch(lot, position) : null,
      fwVersionAtFirst,
      fwVersion:
        isReflashed && isFaulty(fwVersionAtFirst) ? FAULTY_FIRMWARE.mendedIn : fwVersionAtFirst,
      disposition,
      isReworked: random.chance(0.03),
      isHardwareRevisionMistyped: random.chance(0.004) && lot.isSettled,
      isMovedToAnotherPallet: lot.isSettled && this.isPackageMoved(lot, position),
      isCalibrationLate: random.chance(0.05),
      isProvisioned: random.chance(0.94) && lot.isShipped && isFree(disposition),
    };
  }

  /** A package moves as one. */
  private isPackageMoved(lot: Lot, position: number): boolean {
    const firstInside = position - (position % lot.model.packageSize);
    return this.packages.startAt(lot.firstDevice + firstInside).chance(0.008);
  }

  /** Typing errors give the code of a lot made just before or after. */
  private mistaken(lot: Lot): string {
    const { lots } = this.plan;
    return (lots[lot.index - 1] ?? lots[lot.index + 1] ?? lot).lotCode;
  }

  /** A few of the bad batch turn out to be of another, and a few others to be of the bad one. */
  private capacitors(
    lot: Lot,
    position: number,
    luck: number,
  ): Pick<Fate, "capacitorBatch" | "capacitorBatchAtFirst"> {
    const reel = Math.floor((lot.madeBefore + position) / this.plan.capacitorReel);
    const usual = `CB-${padded(reel + 1, 4)}-${lot.site.letter}`;
    const isBad = this.planted.get(lot.index);
    const first = isBad?.(position) ? BAD_CAPACITOR_BATCH : usual;
    const isCorrected = isBad !== undefined && luck < 0.05 && lot.isSettled;
    const other = first === usual ? BAD_CAPACITOR_BATCH : usual;
    return { capacitorBatchAtFirst: first, capacitorBatch: isCorrected ? other : first };
  }

  private solderBatch(lot: Lot, position: number): string {
    const jar = Math.floor((lot.madeBefore + position) / (this.plan.capacitorReel * 3));
    return `SP-${lot.site.letter}${padded(jar + 1, 4)}`;
  }
}

/** Whether a device of this disposition may leave the factory. */
export function isFree(disposition: DispositionPath): boolean {
  return disposition === "RELEASED" || disposition === "RELEASED_AGAIN";
}

export function isFaulty(fwVersion: string): boolean {
  return (FAULTY_FIRMWARE.versions as readonly string[]).includes(fwVersion);
}

/** The bad reel went onto one line's feeders: a run in two lots, every fifth device of a third. */
function plantCapacitors(lots: readonly Lot[]): Map<number, (position: number) => boolean> {
  const planted = new Map<number, (position: number) => boolean>();
  const first = Math.floor(lots.length * 0.35);
  const [start, next, last] = [lots[first], lots[first + 1], lots[first + 2]];
  const between = (size: number, from: number, to: number) => (position: number) =>
    position >= Math.floor(size * from) && position < Math.floor(size * to);
  if (start) planted.set(start.index, between(start.size, 0.25, 0.7));
  if (next) planted.set(next.index, between(next.size, 0, 0.4));
  if (last) planted.set(last.index, (position) => position % 5 === 3);
  return planted;
}

function dispositionOf(luck: number): DispositionPath {
  if (luck < 0.004) return "SCRAPPED";
  if (luck < 0.009) return "QUARANTINED";
  return luck < 0.016 ? "RELEASED_AGAIN" : "RELEASED";
}

/** Lines take a new version over within days: near a change, some devices still get the old one. */
function firmwareAt(plan: Plan, lot: Lot, producedAt: Micros, luck: number): string {
  const share = (producedAt - plan.from) / (plan.present - plan.from) - luck * 0.01;
  let version = "";
  for (const [name, from] of lot.model.firmware)
    if (version === "" || share >= from) version = name;
  return version;
}
