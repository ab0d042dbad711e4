/**
 * What is planted, device by device, as plain arithmetic: the truth that every answer is compared
 * with. `planted.store.ts` says the same in SQL. Devices are numbered from 0.
 *
 * They come in blocks of 100,000. The first block is one lot. Every other one has a lot of 50,000,
 * five of 5,000 and fifty of 500, made on four lines side by side, so that devices of a lot do not
 * lie one beside the other. A tenth of each lot was first recorded in the lot before it.
 */
export const BLOCK = 100_000;
export const LINES = 4;
export const LOTS_OF_A_BLOCK = 56;
/** Where in its lot's tenth a device stands that was moved. */
export const MOVED = 7;
export const PRODUCED_FROM_MS = Date.UTC(2024, 0, 1);
export const PRODUCED_EVERY_MS = 5_000;
/** A day before anything was moved, after everything was built. */
export const DAY_BEFORE_MOVES = "2025-09-01T00:00:00Z";
export const MOVED_AT = "2025-10-01T00:00:00Z";

/** A supplier's lot is in 14 reels, these in 7,000 boards, and two of these in each of 3,500 devices. */
export const SUPPLIER_LOT = { reels: 14, boards: 7_000, devices: 3_500 } as const;
export const SUPPLIER_LOTS_OF_A_BLOCK = 2;
/** What of a supplier's lot is a component: the lot itself, its reels and its boards. */
export const COMPONENTS_OF_A_LOT = 1 + SUPPLIER_LOT.reels + SUPPLIER_LOT.boards;
export const INSTALLATIONS_OF_A_LOT = SUPPLIER_LOT.reels + 2 * SUPPLIER_LOT.boards;

/** A lot by where it is made. */
export interface Lot {
  block: number;
  /** From 0; in a block's order of sizes. */
  place: number;
}

/** A device as the graph answers it. */
export interface PlantedDevice {
  serialNumber: string;
  connhexId: string;
  partNumber: string;
  pcbPartNumber: string;
  hardwareRevision: string;
  fwVersion: string;
  deviceType: string;
  lotCode: string;
  workOrder: string;
  phase: string;
  disposition: string;
  producedAt: string;
  site: string;
  line: string;
  operator: string;
}

export function lotCodeOf({ block, place }: Lot): string {
  return `LOT-${padded(block, 4)}-${padded(place, 2)}`;
}

export function sizeOf({ block, place }: Lot): number {
  if (block === 0) return place === 0 ? BLOCK : 0;
  if (place === 0) return 50_000;
  return place <= 5 ? 5_000 : 500;
}

/** Where a device stands in its block when this is counted line by line; a lot is a stretch of it. */
export function slotOf(n: number): number {
  return (n % LINES) * (BLOCK / LINES) + Math.floor((n % BLOCK) / LINES);
}

function firstSlotOf({ block, place }: Lot): number {
  if (block === 0 || place === 0) return 0;
  return place <= 5 ? 50_000 + (place - 1) * 5_000 : 75_000 + (place - 6) * 500;
}

function lotAt(block: number, slot: number): Lot {
  if (block === 0 || slot < 50_000) return { block, place: 0 };
  if (slot < 75_000) return { block, place: 1 + Math.floor((slot - 50_000) / 5_000) };
  return { block, place: 6 + Math.floor((slot - 75_000) / 500) };
}

/** The lot in which a moved device of this lot was recorded first. */
export function lotBefore({ block, place }: Lot): Lot {
  if (block === 0) return { block, place: 99 };
  return { block, place: (place + LOTS_OF_A_BLOCK - 1) % LOTS_OF_A_BLOCK };
}

export function isMoved(n: number): boolean {
  return slotOf(n) % 10 === MOVED;
}

/** The devices that a lot has now, in the order of their numbers. */
export function currentMembers(lot: Lot): number[] {
  const first = firstSlotOf(lot);
  return Array.from({ length: sizeOf(lot) }, (_, rank) => numberAt(lot.block, first + rank)).sort(
    (one, other) => one - other,
  );
}

/** The devices that were first recorded in a lot, and left it. */
function membersThatLeft({ block, place }: Lot): number[] {
  if (block === 0) return [];
  const after = { block, place: (place + 1) % LOTS_OF_A_BLOCK };
  return currentMembers(after).filter(isMoved);
}

export function everMembers(lot: Lot): number[] {
  return inOrder([...currentMembers(lot), ...membersThatLeft(lot)]);
}

/** The devices that a lot had on the day before the moves. */
export function membersBeforeMoves(lot: Lot): number[] {
  const stayed = currentMembers(lot).filter((n) => !isMoved(n));
  return inOrder([...stayed, ...membersThatLeft(lot)]);
}

export function plantedDevice(n: number): PlantedDevice {
  const slot = slotOf(n);
  const produced = new Date(PRODUCED_FROM_MS + n * PRODUCED_EVERY_MS).toISOString();
  return {
    serialNumber: `SN-${padded(n + 1, 8)}`,
    connhexId: `CX-${padded(n + 1, 8)}`,
    partNumber: `PN-30${Math.floor(slot / 32) % 3}`,
    pcbPartNumber: "PCB-7",
    hardwareRevision: "ABCD"[Math.floor(slot / 8) % 4] ?? "",
    fwVersion: `1.${slot % 8}.0`,
    deviceType: "METER",
    lotCode: lotCodeOf(lotAt(Math.floor(n / BLOCK), slot)),
    workOrder: `WO-${padded(Math.floor(n / 1_000), 6)}`,
    phase: "PACKAGING",
    disposition: slot % 50 === 49 ? "QUARANTINED" : "RELEASED",
    producedAt: produced.replace("Z", "000Z"),
    site: "BER",
    line: `L${(n % LINES) + 1}`,
    operator: `op-${padded(Math.floor(n / 5_000) % 40, 2)}`,
  };
}

export function supplierLotName(index: number): string {
  return `SL-${padded(index, 5)}`;
}

export function reelName(index: number, reel: number): string {
  return `RL-${padded(index, 5)}-${padded(reel, 2)}`;
}

export function boardName(index: number, board: number): string {
  return `BD-${padded(index, 5)}-${padded(board, 4)}`;
}

/** The devices with boards from a supplier's lot. */
export function devicesOfSupplierLot(index: number): number[] {
  const apart = BLOCK / SUPPLIER_LOTS_OF_A_BLOCK;
  return Array.from({ length: SUPPLIER_LOT.devices }, (_, k) => index * apart + k);
}

function numberAt(block: number, slot: number): number {
  const aLine = BLOCK / LINES;
  return block * BLOCK + (slot % aLine) * LINES + Math.floor(slot / aLine);
}

function inOrder(numbers: number[]): number[] {
  return numbers.sort((one, other) => one - other);
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, "0");
}
