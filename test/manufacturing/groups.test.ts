import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Factory, openFactory, type Variables } from "./factory.ts";

const FIELDS = ["lotCode", "workOrder", "solderBatch"] as const;
const DEVICES = 60;

let factory: Factory;
/** What the revisions say, read past the application: device by device, revision by revision. */
let recorded: { serialNumber: string; deviceId: number; values: (string | null)[][] }[];

/** A small generator of our own: the same factory at each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % below;
  };
}

beforeAll(async () => {
  factory = await openFactory();
  await factory.define({ name: "solderBatch", type: "INTEGER", isGroupable: true });
  const draw = numbers(7);
  const values = (): Variables => ({
    lotCode: draw(6) === 0 ? null : `LOT-${draw(4)}`,
    workOrder: draw(3) === 0 ? null : `WO-${draw(5)}`,
    attributes: { solderBatch: draw(4) === 0 ? null : draw(3) },
  });
  for (let index = 0; index < DEVICES; index++) {
    await factory.record({ serialNumber: `SN-${index}`, ...values() });
  }
  for (let change = 0; change < DEVICES * 2; change++) {
    const serialNumber = `SN-${draw(DEVICES)}`;
    const { data } = await factory.ask("admin", READ_REVISION, { serialNumber });
    await factory.correct(serialNumber, data.device.revision, values()).catch((error) => {
      if (error.extensions.code !== "NOTHING_TO_CHANGE") throw error;
    });
  }
  recorded = await readRecorded();
});
afterAll(() => factory.close());

const READ_REVISION = `query ($serialNumber: String) { device(serialNumber: $serialNumber) { revision } }`;

async function readRecorded(): Promise<typeof recorded> {
  const rows = await factory.database.admin<Record<string, string> & { device_id: string }>(
    `SELECT serial_number, device_id, lot_code, work_order, attributes->>'solderBatch' AS solder
     FROM device_revision ORDER BY device_id, revision`,
  );
  const devices = new Map<number, (typeof recorded)[number]>();
  for (const row of rows) {
    const deviceId = Number(row.device_id);
    const serialNumber = String(row.serial_number);
    const device = devices.get(deviceId) ?? { serialNumber, deviceId, values: [] };
    device.values.push([row.lot_code, row.work_order, row.solder].map((v) => v ?? null));
    devices.set(deviceId, device);
  }
  return [...devices.values()];
}

/** The members of a group by looking at every revision of every device. */
function recount(field: string, value: string, membership: string): string[] {
  const column = FIELDS.indexOf(field as "lotCode");
  return recorded
    .filter(({ values }) =>
      (membership === "EVER" ? values : values.slice(-1)).some((row) => row[column] === value),
    )
    .map(({ serialNumber }) => serialNumber);
}

function recountSiblings(serialNumber: string, field: string, membership: string): string[] {
  const column = FIELDS.indexOf(field as "lotCode");
  const device = recorded.find((one) => one.serialNumber === serialNumber);
  const own = (membership === "EVER" ? device?.values : device?.values.slice(-1)) ?? [];
  const groups = own.map((row) => row[column]).filter((value) => value != null);
  const members = new Set(groups.flatMap((value) => recount(field, value, membership)));
  members.delete(serialNumber);
  return recorded.map((one) => one.serialNumber).filter((one) => members.has(one));
}

const anyField = fc.constantFrom(...FIELDS);
const anyMembership = fc.constantFrom("CURRENT", "EVER");
const anyValue = { lotCode: "LOT-", workOrder: "WO-", solderBatch: "" };

/** Reads a whole list page by page, forward or backward. */
async function readAll(
  document: string,
  variables: Variables,
  { size, backward, path }: { size: number; backward: boolean; path: string[] },
): Promise<{ serialNumbers: string[]; totals: number[] }> {
  let [serialNumbers, totals]: [string[], number[]] = [[], []];
  let cursor: string | null = null;
  for (;;) {
    const page = backward ? { last: size, before: cursor } : { first: size, after: cursor };
    const { data, errors } = await factory.ask("support", document, { ...variables, ...page });
    expect(errors).toEqual([]);
    const list = path.reduce((value, step) => value?.[step], data);
    const found = list.nodes.map((node: { serialNumber: string }) => node.serialNumber);
    expect(found.length).toBeLessThanOrEqual(size);
    totals.push(list.totalCount);
    serialNumbers = backward ? [...found, ...serialNumbers] : [...serialNumbers, ...found];
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = list.pageInfo;
    if (!(backward ? hasPreviousPage : hasNextPage)) return { serialNumbers, totals };
    cursor = backward ? startCursor : endCursor;
  }
}

const LIST =
  "totalCount nodes { serialNumber } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
const PAGE = "first: $first, after: $after, last: $last, before: $before";
const PAGE_TYPES = "$first: Int, $after: String, $last: Int, $before: String";
const GROUP = `query ($field: String!, $value: String!, $membership: Membership!, ${PAGE_TYPES}) {
  productionGroup(field: $field, value: $value) {
    deviceCount(membership: $membership) devices(membership: $membership, ${PAGE}) { ${LIST} } } }`;
const SIBLINGS = `query ($serialNumber: String!, $by: String!, $membership: Membership!, ${PAGE_TYPES}) {
  device(serialNumber: $serialNumber) {
    siblings(by: $by, membership: $membership, ${PAGE}) { ${LIST} } } }`;

describe("law 7: group answers are exact", () => {
  test("pages and counts of a group equal a recount over all revisions", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyField,
        fc.integer({ min: 0, max: 4 }),
        anyMembership,
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        async (field, number, membership, size, backward) => {
          const value = `${anyValue[field]}${number}`;
          const expected = recount(field, value, membership);
          const asked = { field, value, membership };
          const { data } = await factory.ask("support", GROUP, asked);
          if (recount(field, value, "EVER").length === 0) {
            expect(data.productionGroup).toBeNull();
            return;
          }
          expect(data.productionGroup.deviceCount).toBe(expected.length);
          const path = ["productionGroup", "devices"];
          const read = await readAll(GROUP, asked, { size, backward, path });
          expect(read.serialNumbers).toEqual(expected);
          expect(new Set(read.totals)).toEqual(new Set([expected.length]));
        },
      ),
      { numRuns: 80 },
    );
  });

  test("siblings equal a recount, without the device itself", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: DEVICES - 1 }),
        anyField,
        anyMembership,
        fc.integer({ min: 1, max: 30 }),
        fc.boolean(),
        async (number, by, membership, size, backward) => {
          const serialNumber = `SN-${number}`;
          const asked = { serialNumber, by, membership };
          const path = ["device", "siblings"];
          const read = await readAll(SIBLINGS, asked, { size, backward, path });
          const expected = recountSiblings(serialNumber, by, membership);
          expect(read.serialNumbers).toEqual(expected);
          expect(new Set(read.totals)).toEqual(new Set([expected.length]));
        },
      ),
      { numRuns: 100 },
    );
  });

  test.each(["CURRENT", "EVER"])(
    "%s siblings of all at once equal those of each",
    async (membership) => {
      const document = `query ($m: Membership!) { productionGroup(field: "lotCode", value: "LOT-1") {
      devices(membership: EVER, first: 100) { nodes { serialNumber groups { field value deviceCount }
        first: siblings(by: "workOrder", membership: $m, first: 3) { totalCount nodes { serialNumber } }
        last: siblings(by: "workOrder", membership: $m, last: 3) { nodes { serialNumber } }
        batch: siblings(by: "solderBatch", membership: $m, first: 1000) { totalCount nodes { serialNumber } }
      } } } }`;
      const { data, errors } = await factory.ask("support", document, { m: membership });
      expect(errors).toEqual([]);
      const names = (list: { nodes: { serialNumber: string }[] }) =>
        list.nodes.map(({ serialNumber }) => serialNumber);
      for (const node of data.productionGroup.devices.nodes) {
        const orders = recountSiblings(node.serialNumber, "workOrder", membership);
        expect(names(node.first)).toEqual(orders.slice(0, 3));
        expect(names(node.last)).toEqual(orders.slice(-3));
        expect(node.first.totalCount).toBe(orders.length);
        const batch = recountSiblings(node.serialNumber, "solderBatch", membership);
        expect(names(node.batch)).toEqual(batch);
        expect(node.batch.totalCount).toBe(batch.length);
        for (const { field, value, deviceCount } of node.groups) {
          expect(deviceCount).toBe(recount(field, value, "CURRENT").length);
        }
      }
    },
  );

  test.each<[string, string, string[]]>([
    [
      `{ productionGroup(field: "partNumber", value: "x") { value } }`,
      "a field that groups nothing",
      ["BAD_USER_INPUT"],
    ],
    [
      `{ productionGroup(field: "nul\\u0000", value: "x") { value } }`,
      "no field",
      ["BAD_USER_INPUT"],
    ],
    [`{ productionGroup(field: "lotCode", value: "never") { value } }`, "a value nobody had", []],
    [`{ productionGroup(field: "lotCode", value: "") { value } }`, "no value", []],
    [`{ productionGroup(field: "lotCode", value: "nul\\u0000") { value } }`, "no text", []],
    [
      `{ device(serialNumber: "SN-1") { siblings(by: "nope") { totalCount } } }`,
      "no field",
      ["BAD_USER_INPUT"],
    ],
    [
      `{ device(serialNumber: "SN-1") { siblings(first: 0) { totalCount } } }`,
      "no page",
      ["PAGE_SIZE_OUT_OF_RANGE"],
    ],
    [
      `{ device(serialNumber: "SN-1") { history(first: 1001) { totalCount } } }`,
      "a page",
      ["PAGE_SIZE_OUT_OF_RANGE"],
    ],
    [
      `{ device(serialNumber: "SN-1") { siblings(after: "x") { totalCount } } }`,
      "no cursor",
      ["INVALID_CURSOR"],
    ],
  ])("%s asks for %s", async (document, _, codes) => {
    expect((await factory.ask("support", document)).codes).toEqual(codes);
  });

  test("a cursor of another list is refused", async () => {
    const page = `{ pageInfo { endCursor } }`;
    const { data } = await factory.ask(
      "support",
      `{ a: productionGroup(field: "lotCode", value: "LOT-1") { devices(first: 1) ${page} }
         device(serialNumber: "SN-1") { history(first: 1) ${page} } }`,
    );
    for (const after of [
      data.a.devices.pageInfo.endCursor,
      data.device.history.pageInfo.endCursor,
    ]) {
      const asked = { field: "lotCode", value: "LOT-2", membership: "CURRENT", after };
      expect((await factory.ask("support", GROUP, asked)).codes).toEqual(["INVALID_CURSOR"]);
    }
  });
});
