import { BAD_MODEM_LOT, COMPONENT_SUPPLIERS } from "./catalogue.ts";
import type { Revision } from "./device-revision.ts";
import type { DemoDevice } from "./device-story.ts";
import type { Fate } from "./fate.ts";
import { type Lot, lotOf, type Plan, padded } from "./plan.ts";
import { Random } from "./random.ts";
import { REASONS } from "./reasons.ts";

/** A component of the demo. Pieces that one device alone has are numbered by it, from 0. */
export interface DemoComponent {
  supplier: string;
  partNumber: string;
  serialNumber: string | null;
  supplierLot: string;
  /** A piece's place among those of its device; null: it goes into many devices. */
  ownPlace: number | null;
}

/** That something was put into a device, or into a component of it, and how that ended. */
export interface DemoInstallation {
  /** null: the device itself. */
  parent: DemoComponent | null;
  child: DemoComponent;
  position: string;
  quantity: number;
  /** The revision with which it was recorded. */
  with: Revision;
  removal: { with: Revision; reason: string; replacedBy: DemoInstallation } | null;
}

/** What befalls the components of a device, decided before it is told: a planted truth is read off it. */
export interface ComponentFate {
  modemLotAtFirst: string;
  /** Differs from the first where rework replaced the modem. */
  modemLot: string;
  replaced: "MODEM" | "BOARD" | null;
}

/** Pieces of its own that a device has at most: a board and a modem, and one more of either. */
export const OWN_COMPONENTS_MOST = 4;
/** A board with its reel, a modem and batteries, and what rework puts in their place. */
export const INSTALLATIONS_MOST = 7;
const DEVICES_OF_A_REEL = 500;
const REELS_OF_A_LOT = 14;
const REWORK: ReadonlySet<string | null> = new Set(REASONS.rework);

/** Tells what each device was built of, from a random stream of its own. */
export class ComponentStories {
  private readonly random: Random;
  private readonly devicesOfAModemLot: number;
  private readonly badLot: number;

  constructor(private readonly plan: Plan) {
    this.random = new Random(`${plan.seed} ${plan.devices}`, "components");
    this.devicesOfAModemLot = Math.max(4, Math.floor(plan.capacitorReel * 1.5));
    this.badLot = Math.floor((plan.devices * 0.45) / this.devicesOfAModemLot);
  }

  fateOf(lot: Lot, { index, isReworked }: Pick<Fate, "index" | "isReworked">): ComponentFate {
    const luck = this.random.startAt(index).share();
    const isTold = isReworked && lot.isFinished;
    const replaced = !isTold || luck >= 0.8 ? null : luck < 0.5 ? "MODEM" : "BOARD";
    const modemLotAtFirst = this.modemLot(index, 0);
    // What lies ready for rework is of the lot that comes next.
    const modemLot = replaced === "MODEM" ? this.modemLot(index, 1) : modemLotAtFirst;
    return { modemLotAtFirst, modemLot, replaced };
  }

  /** In an order in which they could be recorded: what is replaced after what replaces it. */
  of(device: DemoDevice, fate: ComponentFate): DemoInstallation[] {
    const lot = lotOf(this.plan, device.index);
    const [first] = device.revisions;
    if (!first) throw new Error(`device ${device.serialNumber} has no revision`);
    const rework = device.revisions.find(({ reason }) => REWORK.has(reason));
    const board = install(null, this.board(device, lot, 0), "MAIN", first);
    const modem = install(null, this.modem(device, fate.modemLotAtFirst, 2), "J4", first);
    const built = [board, install(board.child, this.reel(device.index, 0), "U7", first), modem];
    if (lot.model.refrigerantGrams === null) {
      built.push({ ...install(null, this.batteries(device.index), "BT1", first), quantity: 2 });
    }
    if (fate.replaced === null) return built;
    if (!rework) throw new Error(`the rework of ${device.serialNumber} was not told`);
    const [old, fresh] =
      fate.replaced === "MODEM"
        ? [modem, install(null, this.modem(device, fate.modemLot, 3), "J4", rework)]
        : [board, install(null, this.board(device, lot, 1), "MAIN", rework)];
    old.removal = { with: rework, reason: rework.reason ?? "", replacedBy: fresh };
    built.push(fresh);
    if (fate.replaced === "BOARD") {
      built.push(install(fresh.child, this.reel(device.index, 1), "U7", rework));
    }
    return built;
  }

  private modemLot(index: number, later: number): string {
    const number = Math.floor(index / this.devicesOfAModemLot) + later;
    return number === this.badLot ? BAD_MODEM_LOT : `RM-${padded(number + 1, 5)}`;
  }

  private board({ index }: DemoDevice, lot: Lot, ownPlace: number): DemoComponent {
    const { pcbPartNumber: partNumber } = lot.model;
    const panel = Math.floor((index - lot.firstDevice) / 100);
    return {
      ...{ supplier: lot.boardVendor, partNumber, ownPlace },
      serialNumber: padded((index + 1) * 2 + ownPlace, 9),
      supplierLot: `${partNumber}-${padded(lot.index + 1, 4)}-${padded(panel + 1, 2)}`,
    };
  }

  private modem({ index }: DemoDevice, supplierLot: string, ownPlace: number): DemoComponent {
    const { supplier, partNumber } = COMPONENT_SUPPLIERS.modem;
    const serialNumber = `M${padded((index + 1) * 2 + ownPlace - 2, 9)}`;
    return { supplier, partNumber, serialNumber, supplierLot, ownPlace };
  }

  private reel(index: number, later: number): DemoComponent {
    const { supplier, partNumber } = COMPONENT_SUPPLIERS.controller;
    const number = Math.floor(index / DEVICES_OF_A_REEL) + later;
    const lotNumber = Math.floor(number / REELS_OF_A_LOT);
    return {
      ...{ supplier, partNumber, ownPlace: null },
      serialNumber: `RL-${padded(number + 1, 6)}`,
      supplierLot: `KS-${padded(lotNumber + 1, 4)}`,
    };
  }

  private batteries(index: number): DemoComponent {
    const { supplier, partNumber } = COMPONENT_SUPPLIERS.battery;
    const number = Math.floor(index / (this.devicesOfAModemLot * 3));
    const supplierLot = `DC-${padded(number + 1, 4)}`;
    return { supplier, partNumber, serialNumber: null, supplierLot, ownPlace: null };
  }
}

/** Reels and lots of batteries that a demo of this many devices has at most. */
export function sharedComponentsMost(devices: number): number {
  return Math.ceil(devices / DEVICES_OF_A_REEL) + Math.ceil(devices / 12) + 3;
}

function install(
  parent: DemoComponent | null,
  child: DemoComponent,
  position: string,
  revision: Revision,
): DemoInstallation {
  return { parent, child, position, quantity: 1, with: revision, removal: null };
}
