import type { DocumentName } from "./documents.ts";
import { assertDevices, assertEqual, assertNames, firmwareShares, hashOf } from "./expected.ts";
import type { Ask } from "./gateway.ts";
import {
  BLOCK,
  currentMembers,
  DAY_BEFORE_MOVES,
  devicesOfSupplierLot,
  everMembers,
  type Lot,
  lotCodeOf,
  membersBeforeMoves,
  plantedDevice,
  SUPPLIER_LOT,
  SUPPLIER_LOTS_OF_A_BLOCK,
  sizeOf,
  supplierLotName,
} from "./planted.ts";

/** One asking of a question: of one lot. */
export interface Asking {
  /** Asks, and answers what came. This is what is timed. */
  ask(ask: Ask): Promise<unknown>;
  /** Fails where that is not what was planted. */
  verify(answer: unknown): void;
}

/** A question, asked of several lots of the same size in turns. */
export interface Question {
  /** The same for all sizes of the answer. */
  family: string;
  /** Devices of the lot that it is about. */
  size: number;
  /** An aim of its own, beside those of all questions. */
  mostMs: number | null;
  askings: readonly Asking[];
}

type Members = (lot: Lot) => number[];
interface Connection {
  nodes: unknown[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}

const FIRST_PAGE = 100;
const PAGE = 1_000;
const LOTS_ASKED = 4;
const FIRST_PAGE_MS = 10;
const LIST_MS = 2_000;

/** Everything that is asked of so many devices. */
export function questionsOf(devices: number): Question[] {
  const small = [500, 5_000, 50_000];
  const of = (
    family: string,
    size: number,
    { asking, mostMs = null }: { asking: (lot: Lot) => Asking; mostMs?: number | null },
  ): Question => ({ family, size, mostMs, askings: lotsOf(size, devices).map(asking) });
  const each = (sizes: number[], family: string, asking: (lot: Lot) => Asking, mostMs?: number) =>
    sizes.map((size) => of(family, size, { asking, mostMs: mostMs ?? null }));
  return [
    ...each([...small, BLOCK], "first page", firstPage("CURRENT", currentMembers), FIRST_PAGE_MS),
    ...each([...small, BLOCK], "exact count", count("CURRENT", currentMembers)),
    ...each(small, "all identifiers", identifiers),
    ...each([BLOCK], "all identifiers", identifiers, LIST_MS),
    ...each([5_000, 50_000], "full list", list),
    ...each([BLOCK], "full list", list, LIST_MS),
    ...each(small, "ever: first page", firstPage("EVER", everMembers), FIRST_PAGE_MS),
    ...each(small, "ever: count", count("EVER", everMembers)),
    ...each(small, "as of a day: count and first page", asOfDay),
    ...each(small, "as known on a day: count and first page", asKnownOnDay),
    ...each(small, "ever, as known on a day: count and first page", everAsKnownOnDay),
    ...each(small, "three clauses: count, breakdown, first page", threeClauses),
    ...each(small, "freeze", freeze),
    ...whereUsedQuestions(devices),
  ];
}

/** Lots of a size, spread over all that there are. */
function lotsOf(size: number, devices: number): Lot[] {
  if (size === BLOCK) return [{ block: 0, place: 0 }];
  const others = devices / BLOCK - 1;
  const place = size === 50_000 ? 0 : size === 5_000 ? 3 : 20;
  return spread(others).map((at) => ({ block: 1 + at, place }));
}

function spread(count: number): number[] {
  const asked = Math.min(LOTS_ASKED, count);
  return Array.from({ length: asked }, (_, index) => Math.floor((index * count) / asked));
}

function firstPage(membership: string, members: Members): (lot: Lot) => Asking {
  return (lot) => ({
    ask: (ask) =>
      ask("lotDevices", { lot: lotCodeOf(lot), membership, first: FIRST_PAGE, after: null }),
    verify: (answer) => {
      const { nodes } = groupOf(answer).devices;
      assertDevices("the first page", nodes, members(lot).slice(0, FIRST_PAGE));
    },
  });
}

function count(membership: string, members: Members): (lot: Lot) => Asking {
  return (lot) => ({
    ask: (ask) => ask("lotCount", { lot: lotCodeOf(lot), membership }),
    verify: (answer) => {
      assertEqual("the count", groupOf(answer).deviceCount, members(lot).length);
    },
  });
}

function identifiers(lot: Lot): Asking {
  return {
    ask: (ask) => allPages(ask, "lotIdentifiers", { lot: lotCodeOf(lot), membership: "CURRENT" }),
    verify: (answer) => assertNames("the lot", answer as unknown[], currentMembers(lot)),
  };
}

function list(lot: Lot): Asking {
  return {
    ask: (ask) => allPages(ask, "lotDevices", { lot: lotCodeOf(lot), membership: "CURRENT" }),
    verify: (answer) => assertDevices("the lot", answer as unknown[], currentMembers(lot)),
  };
}

const lotCriterion = (lot: Lot, more: { at?: string; membership?: string } = {}) => ({
  group: { field: "lotCode", values: [lotCodeOf(lot)], ...more },
});

function asOfDay(lot: Lot): Asking {
  const criteria = lotCriterion(lot, { at: DAY_BEFORE_MOVES });
  return {
    ask: (ask) => ask("scope", { criteria, knownAt: null }),
    verify: (answer) => verifyScope(answer, membersBeforeMoves(lot)),
  };
}

function asKnownOnDay(lot: Lot): Asking {
  return {
    ask: (ask) => ask("scope", { criteria: lotCriterion(lot), knownAt: DAY_BEFORE_MOVES }),
    verify: (answer) => verifyScope(answer, membersBeforeMoves(lot)),
  };
}

/** Nobody knew of the moves then: whoever was ever in the lot was in it before them. */
function everAsKnownOnDay(lot: Lot): Asking {
  const criteria = lotCriterion(lot, { membership: "EVER" });
  return {
    ask: (ask) => ask("scope", { criteria, knownAt: DAY_BEFORE_MOVES }),
    verify: (answer) => verifyScope(answer, membersBeforeMoves(lot)),
  };
}

function threeClauses(lot: Lot): Asking {
  const criteria = {
    allOf: [
      lotCriterion(lot),
      { field: { name: "fwVersion", from: "1.2.0", to: "1.5.9" } },
      { noneOf: [{ field: { name: "hardwareRevision", in: ["A"] } }] },
    ],
  };
  return {
    ask: (ask) => ask("scopeWithBreakdown", { criteria }),
    verify: (answer) => {
      const planted = currentMembers(lot).filter((n) => {
        const { fwVersion, hardwareRevision } = plantedDevice(n);
        return /^1\.[2-5]\./.test(fwVersion) && hardwareRevision !== "A";
      });
      verifyScope(answer, planted);
      assertEqual("the breakdown", scopeOf(answer).breakdown, firmwareShares(planted));
    },
  };
}

function freeze(lot: Lot): Asking {
  const input = { title: "Bench", criteria: lotCriterion(lot), reason: "to be measured" };
  return {
    ask: (ask) => ask("freeze", { input }),
    verify: (answer) => {
      const { freezeRecall } = answer as { freezeRecall: { deviceCount: number; hash: string } };
      const planted = currentMembers(lot);
      const { deviceCount, hash } = freezeRecall;
      assertEqual("what was frozen", [deviceCount, hash], [planted.length, hashOf(planted)]);
    },
  };
}

function whereUsedQuestions(devices: number): Question[] {
  const lots = spread((devices / BLOCK) * SUPPLIER_LOTS_OF_A_BLOCK);
  const size = SUPPLIER_LOT.devices;
  const of = (family: string, asking: (index: number) => Asking): Question => {
    return { family, size, mostMs: null, askings: lots.map(asking) };
  };
  return [
    of("where used, three levels: trace and last page", traced),
    of("where used, three levels: all devices", (index) => ({
      ask: (ask) => allPages(ask, "scopeIdentifiers", { criteria: containing(index) }),
      verify: (answer) => {
        assertNames("those where it is used", answer as unknown[], devicesOfSupplierLot(index));
      },
    })),
  ];
}

const containing = (index: number) => ({ component: { supplierLot: supplierLotName(index) } });

function traced(index: number): Asking {
  const { reels, boards, devices } = SUPPLIER_LOT;
  return {
    ask: (ask) => ask("whereUsed", { supplierLot: supplierLotName(index), partNumber: "IC-90" }),
    verify: (answer) => {
      const { whereUsed } = answer as { whereUsed: { totalCount: number; isComplete: boolean } };
      const { totalCount, isComplete } = whereUsed;
      assertEqual("the trace", [totalCount, isComplete], [reels + boards + devices, true]);
      const nodes = (whereUsed as unknown as { nodes: { level: number; item: object }[] }).nodes;
      const last = devicesOfSupplierLot(index).slice(-PAGE);
      assertEqual("the levels", [...new Set(nodes.map(({ level }) => level))], [3]);
      const items = nodes.map(({ item }) => (item as { device: unknown }).device);
      assertNames("the last page", items, last);
    },
  };
}

/** All pages of a list, one after the other, as a client reads them. */
async function allPages(ask: Ask, name: DocumentName, variables: object): Promise<unknown[]> {
  const nodes: unknown[] = [];
  for (let after: string | null = null; ; ) {
    const answer = await ask(name, { ...variables, first: PAGE, after });
    const holder = "recallScope" in (answer as object) ? scopeOf(answer) : groupOf(answer);
    nodes.push(...holder.devices.nodes);
    const { hasNextPage, endCursor } = holder.devices.pageInfo;
    if (!hasNextPage) return nodes;
    after = endCursor;
  }
}

function verifyScope(answer: unknown, planted: number[]): void {
  const { count: counted, devices } = scopeOf(answer);
  assertEqual("the count", counted, planted.length);
  assertDevices("the first page", devices.nodes, planted.slice(0, FIRST_PAGE));
}

function groupOf(answer: unknown): { deviceCount: number; devices: Connection } {
  const { productionGroup } = answer as {
    productionGroup: { deviceCount: number; devices: Connection } | null;
  };
  if (!productionGroup) throw new Error("the lot is not there");
  return productionGroup;
}

function scopeOf(answer: unknown): { count: number; breakdown: unknown; devices: Connection } {
  return (answer as { recallScope: { count: number; breakdown: unknown; devices: Connection } })
    .recallScope;
}

export function nameOf({ family, size }: Pick<Question, "family" | "size">): string {
  return `${family}, ${size.toLocaleString("en")}`;
}

/** How many devices lots have, for the head of a report. */
export const LOT_SIZES = [500, 5_000, 50_000, sizeOf({ block: 0, place: 0 })] as const;
