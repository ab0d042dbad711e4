import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { DemoFactory } from "../../demo/factory.ts";
import { FIELD_DEFINITIONS } from "../../demo/field-definitions.ts";
import { plantedTruth } from "../../demo/planted-truth.ts";
import { Random } from "../../demo/random.ts";
import {
  type DeviceRecord,
  GROUP_FIELDS,
} from "../../subgraphs/manufacturing/device/device-record.ts";
import { campaignSize } from "../support/campaign-size.ts";
import { type LoadedDemo, loadedDemo, SEED } from "./loaded-demo.ts";

const DEVICES = campaignSize({ suite: 4_000, long: 20_000 });
const ASKED = campaignSize({ suite: 100, long: 500 });
const FIELDS = [
  ...GROUP_FIELDS,
  ...FIELD_DEFINITIONS.filter(({ isGroupable }) => isGroupable).map(({ name }) => name),
];
type Membership = "CURRENT" | "EVER";

/** For each field and value the devices, by number, that have it now and that ever had it. */
class Recount {
  readonly serialNumbers: string[] = [];
  private readonly groups = {
    CURRENT: new Map<string, number[]>(),
    EVER: new Map<string, number[]>(),
  };

  constructor(factory: DemoFactory) {
    for (const { index, serialNumber, revisions } of factory.devices()) {
      this.serialNumbers.push(serialNumber);
      for (const field of FIELDS) {
        const ever = new Set(revisions.flatMap(({ record }) => valueIn(record, field) ?? []));
        for (const value of ever) this.put("EVER", `${field} ${value}`, index);
        const last = revisions.at(-1);
        const current = last && valueIn(last.record, field);
        if (current != null) this.put("CURRENT", `${field} ${current}`, index);
      }
    }
  }

  members(field: string, value: string, membership: Membership): number[] {
    return this.groups[membership].get(`${field} ${value}`) ?? [];
  }

  private put(membership: Membership, key: string, index: number): void {
    const members = this.groups[membership].get(key);
    if (members) members.push(index);
    else this.groups[membership].set(key, [index]);
  }
}

function valueIn(record: DeviceRecord, field: string): string | null {
  const fields: Record<string, unknown> = { ...record.attributes, ...record };
  const value = fields[field];
  return value == null ? null : String(value);
}

const factory = new DemoFactory({ seed: SEED, devices: DEVICES });
let recount: Recount;
let demo: LoadedDemo;

beforeAll(async () => {
  demo = await loadedDemo(DEVICES);
  recount = new Recount(factory);
}, 240_000);
afterAll(() => demo?.close());

/** The devices that were to be found, by a walk through the generator's own output. */
function expectedSiblings(index: number, field: string, membership: Membership): string[] {
  const { revisions } = factory.device(index);
  const of = membership === "EVER" ? revisions : revisions.slice(-1);
  const values = new Set(of.flatMap(({ record }) => valueIn(record, field) ?? []));
  const found = new Set([...values].flatMap((value) => recount.members(field, value, membership)));
  found.delete(index);
  return [...found].sort((one, other) => one - other).map((at) => recount.serialNumbers[at] ?? "");
}

interface Siblings {
  device: {
    siblings: {
      totalCount: number;
      nodes: { serialNumber: string }[];
      pageInfo: Record<"startCursor" | "endCursor", string | null> &
        Record<"hasNextPage" | "hasPreviousPage", boolean>;
    };
  };
}

const PAGE = `query Page($serialNumber: String!, $by: String!, $membership: Membership!,
    $first: Int, $after: String, $last: Int, $before: String) {
  device(serialNumber: $serialNumber) {
    siblings(by: $by, membership: $membership, first: $first, after: $after, last: $last, before: $before) {
      totalCount nodes { serialNumber } pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
    }
  }
}`;

/** Walks all pages from one end to the other. */
async function walkedSiblings(
  variables: { serialNumber: string; by: string; membership: Membership },
  { size, backward }: { size: number; backward: boolean },
): Promise<{ serialNumbers: string[]; totalCount: number }> {
  let serialNumbers: string[] = [];
  let cursor: string | null = null;
  for (;;) {
    const page: object = backward ? { last: size, before: cursor } : { first: size, after: cursor };
    const question = { text: PAGE, variables: { ...variables, ...page } };
    const { device } = await demo.ask<Siblings>("manufacturing", question);
    const { siblings } = device;
    const found = siblings.nodes.map(({ serialNumber }) => serialNumber);
    expect(found.length).toBeLessThanOrEqual(size);
    serialNumbers = backward ? [...found, ...serialNumbers] : [...serialNumbers, ...found];
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = siblings.pageInfo;
    if (!(backward ? hasPreviousPage : hasNextPage)) {
      return { serialNumbers, totalCount: siblings.totalCount };
    }
    cursor = backward ? startCursor : endCursor;
  }
}

const random = new Random("brute force", "devices");
const asked = Array.from({ length: ASKED }, (_, item) => random.startAt(item).below(DEVICES));

test(`siblings of ${ASKED} random devices equal a recount, on all pages and both ways`, async () => {
  for (const [item, index] of asked.entries()) {
    const serialNumber = recount.serialNumbers[index] ?? "";
    const membership = item % 2 === 0 ? "EVER" : "CURRENT";
    // A vendor made a third of all boards: such groups are walked a few times only.
    const others = FIELDS.filter(
      (field) => field !== "lotCode" && (field !== "boardVendor" || item < 30),
    );
    const walks: [string, Membership][] = [
      ["lotCode", "CURRENT"],
      ["lotCode", "EVER"],
      [others[item % others.length] ?? "", membership],
    ];
    for (const [by, kind] of walks) {
      const expected = expectedSiblings(index, by, kind);
      const how = { size: random.between(200, 1_000), backward: item % 3 === 0 };
      const walked = await walkedSiblings({ serialNumber, by, membership: kind }, how);
      expect(walked).toEqual({ serialNumbers: expected, totalCount: expected.length });
    }
  }
}, 300_000);

test("devices that were once in another lot have more siblings ever than now", () => {
  const { lotCorrections } = plantedTruth({ seed: SEED, devices: DEVICES });
  expect(lotCorrections.length).toBeGreaterThan(DEVICES / 400);
  for (const { serialNumber } of lotCorrections) {
    const index = recount.serialNumbers.indexOf(serialNumber);
    const [now, ever] = (["CURRENT", "EVER"] as const).map((membership) =>
      expectedSiblings(index, "lotCode", membership),
    );
    expect(ever?.length).toBeGreaterThan(now?.length ?? 0);
  }
});

const GROUPS = `query Groups($serialNumber: String!) {
  device(serialNumber: $serialNumber) {
    groups { field value current: deviceCount(membership: CURRENT) ever: deviceCount(membership: EVER) }
  }
}`;

test(`counts of all groups of ${ASKED} random devices equal a recount`, async () => {
  for (const index of asked) {
    const serialNumber = recount.serialNumbers[index] ?? "";
    const { device } = await demo.ask<{ device: { groups: unknown[] } }>("manufacturing", {
      text: GROUPS,
      variables: { serialNumber },
    });
    const last = factory.device(index).revisions.at(-1);
    const expected = FIELDS.flatMap((field) => {
      const value = last ? valueIn(last.record, field) : null;
      if (value === null) return [];
      const [current, ever] = (["CURRENT", "EVER"] as const).map(
        (membership) => recount.members(field, value, membership).length,
      );
      return [{ field, value, current, ever }];
    });
    expect(sorted(device.groups)).toEqual(sorted(expected));
  }
}, 120_000);

test("the planted truths are what the graph answers", async () => {
  const truth = plantedTruth({ seed: SEED, devices: DEVICES });
  const { field, value, current, ever } = truth.capacitorBatch;
  const text = `query Truth($field: String!, $value: String!) { productionGroup(field: $field, value: $value) {
    current: deviceCount ever: deviceCount(membership: EVER) } }`;
  const count = async (variables: { field: string; value: string }) =>
    (await demo.ask<{ productionGroup: unknown }>("manufacturing", { text, variables }))
      .productionGroup;
  expect(await count({ field, value })).toEqual({ current: current.length, ever: ever.length });
  for (const lot of truth.lots) {
    const expected = { current: lot.current, ever: lot.ever };
    expect(await count({ field: "lotCode", value: lot.lotCode })).toEqual(expected);
  }
});

function sorted(groups: readonly unknown[]): string[] {
  return groups.map((group) => JSON.stringify(Object.entries(group as object).sort())).sort();
}
