import { MODELS, type Model, SITES, type Site } from "./catalogue.ts";
import { DAY, dayOf, HOUR, type Micros, microsOf, SECOND } from "./clock.ts";
import { Random } from "./random.ts";

export interface DemoOptions {
  /** The same seed, number and present give the same devices, byte for byte. */
  seed: string;
  devices: number;
  /** The demo's present: nothing in it is recorded later. */
  present?: string;
}

/** Fixed, so that a demo does not depend on the day on which it is made. */
export const DEFAULT_PRESENT = "2025-10-01T06:00:00Z";

/** One lot as it was planned: devices with neighbouring numbers, of one model and work order. */
export interface Lot {
  index: number;
  lotCode: string;
  workOrder: string;
  productionOrder: string;
  site: Site;
  boardLine: string;
  model: Model;
  hardwareRevision: string;
  boardVendor: string;
  /** The number of its first device, from 0. */
  firstDevice: number;
  size: number;
  startsAt: Micros;
  /** From one device to the next. */
  takt: Micros;
  /** Devices made at this site before this lot: reels of components go on from lot to lot. */
  madeBefore: number;
  /** Whether all its devices have been judged and packed before the demo's present. */
  isFinished: boolean;
  /** Whether its corrections are all done before the demo's present. */
  isSettled: boolean;
  /** Whether it is old enough to be in the field. */
  isShipped: boolean;
}

export interface Plan {
  seed: string;
  devices: number;
  from: Micros;
  present: Micros;
  lots: readonly Lot[];
  /** Devices that one reel of capacitors lasts for. */
  capacitorReel: number;
}

const PRODUCTION: Micros = 540 * DAY;
/** The last lot is still on the line at the demo's present. */
const LAST_LOT_BEFORE: Micros = 30 * HOUR;
const LONGEST_LOT: Micros = 20 * HOUR;
const FINISHES_IN: Micros = 10 * DAY;
const SETTLES_IN: Micros = 40 * DAY;
const SHIPS_IN: Micros = 28 * DAY;

/** Cuts `devices` into production orders, work orders and lots, in the order of production. */
export function planProduction({ seed, devices, present = DEFAULT_PRESENT }: DemoOptions): Plan {
  if (!Number.isInteger(devices) || devices < 1 || devices > 100_000_000) {
    throw new RangeError(`a demo has 1 to 100000000 devices, not ${devices}`);
  }
  const random = new Random(`${seed} ${devices}`, "plan");
  const meanSize = meanLotSize(devices);
  const end = microsOf(present);
  const plan = { seed, devices, from: end - PRODUCTION, present: end };
  const orders = drawLots(random, devices, meanSize);
  const lastStart = Math.max(1, orders.at(-1)?.firstDevice ?? 0);
  const lots = orders.map((order, index): Lot => {
    const share = order.firstDevice / lastStart;
    const startsAt = plan.from + Math.floor((PRODUCTION - LAST_LOT_BEFORE) * share);
    const takt = Math.min(random.between(30, 90) * SECOND, Math.floor(LONGEST_LOT / order.size));
    return {
      ...order,
      index,
      startsAt,
      takt,
      lotCode: lotCodeOf(order.site, startsAt, index),
      hardwareRevision: hardwareRevisionAt(order.model, share),
      isFinished: startsAt + FINISHES_IN < end,
      isSettled: startsAt + SETTLES_IN < end,
      isShipped: startsAt + SHIPS_IN < end,
    };
  });
  return { ...plan, lots, capacitorReel: Math.max(5, Math.floor(meanSize * 0.7)) };
}

/** The lot that planned device number `index`. */
export function lotOf(plan: Plan, index: number): Lot {
  let [low, high] = [0, plan.lots.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((plan.lots[middle]?.firstDevice ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  const lot = plan.lots[low];
  if (!lot || index < 0 || index >= plan.devices) throw new RangeError(`no device ${index}`);
  return lot;
}

/** About 200 for 2,000 devices, 630 for 20,000, 1,100 at most. */
function meanLotSize(devices: number): number {
  if (devices < 2_000) return Math.max(5, Math.floor(devices / 10));
  return Math.min(1_100, Math.floor(Math.sqrt(devices) * 4.47));
}

type Order = Omit<
  Lot,
  | "index"
  | "lotCode"
  | "startsAt"
  | "takt"
  | "hardwareRevision"
  | "isFinished"
  | "isSettled"
  | "isShipped"
>;

function drawLots(random: Random, devices: number, meanSize: number): Order[] {
  const lots: Order[] = [];
  const madeAt = new Map<string, number>();
  let [planned, productionOrders, workOrders] = [0, 0, 0];
  while (planned < devices) {
    const isSeason = isHeatingSeason(planned / devices);
    const model = random.pick(isSeason ? HEATERS : EVERY_MODEL);
    const goesOn = () => planned < devices && isHeatingSeason(planned / devices) === isSeason;
    const productionOrder = `PO-${padded(++productionOrders + 40_000, 6)}`;
    for (let share = random.between(1, 3); share > 0 && goesOn(); share--) {
      const site = random.pick(SITES);
      const boardLine = random.pick(site.boardLines);
      const workOrder = `WO-${padded(++workOrders + 700_000, 7)}`;
      for (let part = random.between(1, 2); part > 0 && goesOn(); part--) {
        const wanted = Math.max(1, Math.floor(meanSize * (0.6 + 0.8 * random.share())));
        const size = Math.min(wanted, devices - planned);
        const madeBefore = madeAt.get(site.code) ?? 0;
        const boardVendor = random.pick(VENDORS_OF[site.code] ?? []);
        lots.push({
          ...{ workOrder, productionOrder, site, boardLine, model, boardVendor },
          ...{ firstDevice: planned, size, madeBefore },
        });
        madeAt.set(site.code, madeBefore + size);
        planned += size;
      }
    }
  }
  return lots;
}

const EVERY_MODEL = MODELS.flatMap((model) => Array<Model>(model.weight).fill(model));
const HEATERS = EVERY_MODEL.filter(({ deviceType }) => deviceType === "HEAT_PUMP");

/** Before the winter only heat pumps are made: the planted lots and firmware are of this time. */
function isHeatingSeason(share: number): boolean {
  return share >= 0.33 && share < 0.6;
}

const VENDORS_OF: Readonly<Record<string, readonly string[]>> = {
  "IT-TRENTO": ["PIAVE_CIRCUITS", "PIAVE_CIRCUITS", "OSTRAVA_BOARDS"],
  "CZ-BRNO": ["OSTRAVA_BOARDS", "OSTRAVA_BOARDS", "PIAVE_CIRCUITS"],
  "MX-PUEBLA": ["LERMA_ELECTRONICS"],
};

/** `T2507-0042`: the site, the year and month of its start, and its number. */
function lotCodeOf(site: Site, startsAt: Micros, index: number): string {
  const day = dayOf(startsAt);
  return `${site.letter}${day.slice(2, 4)}${day.slice(5, 7)}-${padded(index + 1, 4)}`;
}

function hardwareRevisionAt({ hardwareRevisions }: Model, share: number): string {
  const place = Math.min(
    hardwareRevisions.length - 1,
    Math.floor(share * hardwareRevisions.length),
  );
  return hardwareRevisions[place] ?? "A";
}

export function padded(number: number, digits: number): string {
  return String(number).padStart(digits, "0");
}
