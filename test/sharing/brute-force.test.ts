import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Caller } from "../../shared/caller.ts";
import {
  type Answer,
  type Factory,
  openFactory,
  type Variables,
} from "../manufacturing/factory.ts";
import { campaignSize } from "../support/campaign-size.ts";
import {
  attributesOf,
  counts,
  groupValue,
  type Known,
  knownOf,
  MEMBERSHIPS,
  type Membership,
  READ,
  sharedOf,
  VALUES,
} from "./brute-force.ts";
import { fill, GROUPS, type RandomTenant, randomTenant, serialOf } from "./random-tenant.ts";
import { partnerOf } from "./shares.ts";

const RUNS = Number(process.env.RUNS ?? campaignSize({ suite: 12, long: 100 }));

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
});
afterAll(() => factory.close());

/** A random tenant as the partner asks it, beside what brute force says that it must hear. */
interface Case {
  partner: Caller;
  known: readonly Known[];
  shared: ReadonlyMap<string, ReadonlySet<string> | null>;
}

let tenants = 0;

async function caseOf(random: RandomTenant): Promise<Case> {
  const tenant = `t${++tenants}`;
  const { tell } = await fill(factory, tenant, random);
  const known: Known[] = [];
  for (const [index] of random.devices.entries()) {
    known.push(knownOf((await tell("admin", READ, { serialNumber: serialOf(index) })).device));
  }
  const shared = new Map(known.map((one) => [one.serialNumber, sharedOf(random, one)]));
  return { partner: partnerOf("lab", { tenant }), known, shared };
}

function members(
  { known, shared }: Case,
  field: string,
  membership: Membership,
  values: ReadonlySet<string>,
) {
  return known
    .filter((device) => {
      if (!counts(shared.get(device.serialNumber) ?? null, field, membership)) return false;
      const had = [...valuesOf(device, field, membership)];
      return had.some((value) => values.has(value));
    })
    .map(({ serialNumber }) => serialNumber);
}

const CONNECTION =
  "totalCount nodes { serialNumber } pageInfo { hasNextPage hasPreviousPage endCursor startCursor }";

/** All pages of a list, forwards and backwards, which must agree with its count. */
async function pagesOf(
  { partner }: Case,
  list: string,
  find: (data: Answer["data"]) => {
    totalCount: number;
    nodes: { serialNumber: string }[];
    pageInfo: Variables;
  },
): Promise<string[]> {
  const walk = async (isBackward: boolean) => {
    const found: string[] = [];
    let cursor: unknown = null;
    for (;;) {
      const size = isBackward ? "last: 2, before: $cursor" : "first: 2, after: $cursor";
      const document = `query ($cursor: String) {
        ${list.replace("PAGE", size).replace("CONNECTION", CONNECTION)} }`;
      const { data, errors } = await factory.ask(partner, document, { cursor });
      expect(errors).toEqual([]);
      const { nodes, pageInfo, totalCount } = find(data);
      const page = nodes.map(({ serialNumber }) => serialNumber);
      found.splice(isBackward ? 0 : found.length, 0, ...page);
      const isMore = isBackward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
      // A page is full wherever there is more: a short one would tell of what was left out.
      if (isMore) expect(page).toHaveLength(2);
      else {
        expect(totalCount).toBe(found.length);
        return found;
      }
      cursor = isBackward ? pageInfo.startCursor : pageInfo.endCursor;
    }
  };
  const forwards = await walk(false);
  expect(await walk(true)).toEqual(forwards);
  return forwards;
}

/** The values of the groups whose members are a device's siblings. */
function valuesOf({ values, ever }: Known, field: string, membership: Membership) {
  const now = groupValue(values, field);
  if (membership === "EVER") return ever[field] ?? new Set<string>();
  return new Set<string>(now === null ? [] : [now]);
}

/** One device, asked by its serial number and by its id, field by field. */
async function checkDevice(asked: Case, device: Known): Promise<void> {
  const { serialNumber, values } = device;
  const shared = asked.shared.get(serialNumber) ?? null;
  const read = `query ($serialNumber: String!) { device(serialNumber: $serialNumber) {
    id serialNumber revision disposition ${VALUES.join(" ")} attributes
    lot { value } groups { field value now: deviceCount ever: deviceCount(membership: EVER) }
    history { totalCount nodes { serialNumber ${VALUES.join(" ")} attributes changed } } } }`;
  const { data, errors } = await factory.ask(asked.partner, read, { serialNumber });
  if (!shared) {
    expect([data.device, errors]).toEqual([null, []]);
    return;
  }
  const ofDevice = errors.filter(({ path }) => path?.length === 2);
  const forbidden = new Set(ofDevice.map(({ path }) => String(path?.[1])));
  expect(new Set(errors.map(({ extensions }) => extensions.code)).size).toBeLessThanOrEqual(1);
  for (const field of VALUES) {
    expect([field, data.device[field], shared.has(field) || forbidden.has(field)]).toEqual([
      field,
      shared.has(field) ? values[field] : null,
      true,
    ]);
  }
  expect(data.device.attributes).toEqual(attributesOf(shared, values.attributes));
  expect(data.device.lot?.value ?? null).toBe(shared.has("lotCode") ? values.lotCode : null);
  expect([forbidden.has("lot"), forbidden.has("history")]).toEqual([
    !shared.has("lotCode"),
    !shared.has("history"),
  ]);
  checkGroups(asked, device, data.device.groups);
  for (const node of data.device.history?.nodes ?? []) {
    for (const field of VALUES) if (!shared.has(field)) expect(node[field]).toBeNull();
    expect(attributesOf(shared, node.attributes)).toEqual(node.attributes);
    const always = ["serialNumber", "connhexId", "disposition"];
    for (const name of node.changed) {
      const isShown =
        shared.has(name) || shared.has("attributes") || shared.has(`attributes.${name}`);
      expect([name, always.includes(name) || isShown]).toEqual([name, true]);
      expect(name).not.toBe("operator");
    }
  }
}

function checkGroups(asked: Case, device: Known, groups: Variables[]): void {
  const shared = asked.shared.get(device.serialNumber) ?? null;
  const expected = Object.keys(GROUPS).flatMap((field) => {
    const value = groupValue(device.values, field);
    if (value === null || !counts(shared, field, "CURRENT")) return [];
    const [now, ever] = MEMBERSHIPS.map(
      (word) => members(asked, field, word, new Set([value])).length,
    );
    return [{ field, value, now, ever }];
  });
  expect(groups).toEqual(expected);
}

async function checkSiblings(asked: Case, device: Known): Promise<void> {
  const { serialNumber } = device;
  const shared = asked.shared.get(serialNumber) ?? null;
  for (const field of Object.keys(GROUPS)) {
    for (const membership of MEMBERSHIPS) {
      const list = `device(serialNumber: "${serialNumber}") {
        siblings(by: "${field}", membership: ${membership}, PAGE) { CONNECTION } }`;
      if (!counts(shared, field, membership)) {
        const plain = `{ ${list.replace("PAGE", "first: 5").replace("CONNECTION", "totalCount")} }`;
        const { data, codes } = await factory.ask(asked.partner, plain);
        expect([data.device?.siblings ?? null, codes]).toEqual([null, shared ? ["FORBIDDEN"] : []]);
        continue;
      }
      const values = valuesOf(device, field, membership);
      const others = members(asked, field, membership, values).filter(
        (one) => one !== serialNumber,
      );
      expect(await pagesOf(asked, list, (data) => data.device.siblings)).toEqual(others);
    }
  }
}

async function checkGroupsByName(asked: Case): Promise<void> {
  for (const [field, values] of Object.entries(GROUPS)) {
    for (const value of values) {
      const group = `productionGroup(field: "${field}", value: "${value}")`;
      const [now = [], ever = []] = MEMBERSHIPS.map((word) =>
        members(asked, field, word, new Set([value])),
      );
      const { data, errors } = await factory.ask(
        asked.partner,
        `{ ${group} { now: deviceCount ever: deviceCount(membership: EVER) } }`,
      );
      expect(errors).toEqual([]);
      const isThere = now.length + ever.length > 0;
      const expected = isThere ? { now: now.length, ever: ever.length } : null;
      expect([field, value, data.productionGroup]).toEqual([field, value, expected]);
      if (!isThere) continue;
      for (const [word, devices] of [
        ["CURRENT", now],
        ["EVER", ever],
      ] as const) {
        const list = `${group} { devices(membership: ${word}, PAGE) { CONNECTION } }`;
        expect(
          await pagesOf(asked, list, ({ productionGroup }) => productionGroup.devices),
        ).toEqual(devices);
      }
    }
  }
}

/** Lists within a list: their pages and counts are read together. */
async function checkNested(asked: Case): Promise<void> {
  const siblings = Object.keys(GROUPS).flatMap((field) =>
    MEMBERSHIPS.map((word) => {
      const list = `siblings(by: "${field}", membership: ${word}, first: 2)`;
      return `${field}${word}: ${list} { totalCount nodes { serialNumber } }`;
    }),
  );
  const document = `{ sharedDevices(first: 1000) { nodes { serialNumber ${siblings.join("\n")}
    groups { field value devices(membership: EVER, last: 2) { nodes { serialNumber } } } } } }`;
  const { data } = await factory.ask(asked.partner, document);
  for (const { serialNumber, groups, ...lists } of data.sharedDevices.nodes) {
    const device = asked.known.find((one) => one.serialNumber === serialNumber) as Known;
    const shared = asked.shared.get(serialNumber) ?? null;
    for (const field of Object.keys(GROUPS)) {
      for (const word of MEMBERSHIPS) {
        const values = valuesOf(device, field, word);
        const others = members(asked, field, word, values).filter((one) => one !== serialNumber);
        const nodes = others.slice(0, 2).map((one) => ({ serialNumber: one }));
        const expected = counts(shared, field, word) ? { totalCount: others.length, nodes } : null;
        expect([field, word, lists[`${field}${word}`]]).toEqual([field, word, expected]);
      }
    }
    for (const { field, value, devices } of groups) {
      const ever = members(asked, field, "EVER", new Set([value]));
      const nodes = ever.slice(-2).map((one) => ({ serialNumber: one }));
      expect([field, value, devices]).toEqual([field, value, { nodes }]);
    }
  }
}

test("whatever is shared, every answer to a partner is the brute-force filter of what staff see", async () => {
  await fc.assert(
    fc.asyncProperty(randomTenant, async (random) => {
      const asked = await caseOf(random);
      const visible = asked.known.filter(
        ({ serialNumber }) => asked.shared.get(serialNumber) !== null,
      );
      const all = await pagesOf(
        asked,
        "sharedDevices(PAGE) { CONNECTION }",
        (data) => data.sharedDevices,
      );
      expect(all).toEqual(visible.map(({ serialNumber }) => serialNumber));
      for (const device of asked.known) {
        await checkDevice(asked, device);
        await checkSiblings(asked, device);
      }
      await checkGroupsByName(asked);
      await checkNested(asked);
    }),
    { numRuns: RUNS },
  );
}, 300_000);
