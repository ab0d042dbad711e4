import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { cursorOf } from "../../shared/page.ts";
import { type Factory, openFactory, type Variables } from "../manufacturing/factory.ts";
import { partnerOf, type Shares, sharesOf } from "./shares.ts";

/*
 * Lot A: A1 to A6, of which the partner sees A1, A3 and A5 by lotCode; A5 without its lotCode, A6
 * by nothing that lasts. A1 came from lot B, of which history is shared of A1 alone.
 */
const ALL = ["A1", "A2", "A3", "A4", "A5", "A6"];

let factory: Factory;
let shares: Shares;
const ids = new Map<string, string>();
beforeAll(async () => {
  factory = await openFactory();
  shares = sharesOf(factory);
  await factory.define({ name: "reel", type: "TEXT", isGroupable: true });
  await factory.define({ name: "secret", type: "TEXT", isGroupable: true });
  const row = { operator: "op", site: "Prato", fwVersion: "1.0" };
  const attributes = { reel: "R", secret: "S" };
  const rows = ALL.map((serialNumber) => ({ serialNumber, lotCode: "B", attributes, ...row }));
  await factory.record(...rows);
  for (const serialNumber of ALL) await factory.correct(serialNumber, 1, { lotCode: "A" });
  await factory.correct("A1", 2, { site: "Siena", operator: "op-2" });
  const input = ALL.map((n) => ({ serialNumber: n, connhexId: `hex-${n}` }));
  const link = `mutation ($input: [CloudIdentityLinkInput!]!) { linkCloudIdentities(input: $input) { linked } }`;
  await factory.ask("service", link, { input });
  const list = `query ($n: String) { device(serialNumber: $n) { id history { nodes { id } } } }`;
  for (const n of ALL) {
    const { device } = await shares.tell("admin", list, { n });
    ids.set(n, device.id).set(`${n} revision`, device.history.nodes[0].id);
  }
  await shares.share({ serialNumbers: ["A1", "A3"], fields: ["lotCode", "attributes.reel"] });
  await shares.share({ serialNumbers: ["A1"], fields: ["history"] });
  await shares.share({ serialNumbers: ["A5"], fields: ["fwVersion"] });
  const everything = ["lotCode", "attributes", "history", "site", "fwVersion"];
  const late = { serialNumbers: ALL, fields: everything };
  await shares.share({ ...late, from: "2090-01-01T00:00:00Z" });
  await shares.end(await shares.share(late));
  await shares.share({ ...late, partner: "rival" });
});
afterAll(() => factory.close());

const lab = partnerOf("lab");
const ask = (document: string, variables: Variables = {}) => factory.ask(lab, document, variables);
const names = (nodes: { serialNumber: string }[]) => nodes.map((node) => node.serialNumber);

describe("a partner finds what is shared with it, and nothing else", () => {
  const ENTITIES = `query ($r: [_Any!]!) { _entities(representations: $r) {
    ... on Device { serialNumber } ... on DeviceRevision { revision } } }`;

  test.each<[string, boolean]>([
    ["A1", true],
    ["A2", false],
    ["A3", true],
    ["A5", true],
    ["A6", false],
    ["A7", false],
  ])("%s: %s, whichever way it is asked for", async (n, isSeen) => {
    const by = `query ($n: String, $c: ID) { one: device(serialNumber: $n) { serialNumber }
      other: device(connhexId: $c) { serialNumber } }`;
    const one = { __typename: "Device" };
    const r = [
      { ...one, id: ids.get(n) ?? "none" },
      { ...one, connhexId: `hex-${n}` },
    ];
    const [found, entities] = [await ask(by, { n, c: `hex-${n}` }), await ask(ENTITIES, { r })];
    expect([...found.errors, ...entities.errors]).toEqual([]);
    const seen = [found.data.one, found.data.other, ...entities.data._entities];
    expect(seen).toEqual(Array(4).fill(isSeen ? { serialNumber: n } : null));
  });

  test("a device that is hidden and one that is not there take the same statements", async () => {
    const statements = async (n: string) => {
      factory.database.sent.length = 0;
      await ask(`query ($n: String) { device(serialNumber: $n) { id } }`, { n });
      return [...factory.database.sent];
    };
    expect(await statements("A2")).toEqual(await statements("A7"));
  });

  test("a revision is found where the history is shared", async () => {
    const r = ["A1", "A3", "A2"].map((n) => ({
      __typename: "DeviceRevision",
      id: ids.get(`${n} revision`),
    }));
    const { data, errors } = await ask(ENTITIES, { r });
    expect([data._entities, errors]).toEqual([[{ revision: 1 }, null, null], []]);
  });

  test.each<[string, ReturnType<typeof partnerOf>]>([
    ["without a client", partnerOf(null)],
    ["with an empty client", partnerOf("")],
    ["of another client", partnerOf("labs")],
    ["of another tenant", partnerOf("lab", { tenant: "beta" })],
    ["whose subject is the partner's name", partnerOf("app", { subject: "lab" })],
  ])("a partner %s sees nothing", async (_, caller) => {
    const document = `{ device(serialNumber: "A1") { id } sharedDevices { totalCount }
      productionGroup(field: "lotCode", value: "A") { value } }`;
    const { data, errors } = await factory.ask(caller, document);
    expect(errors).toEqual([]);
    expect(data).toEqual({ device: null, sharedDevices: { totalCount: 0 }, productionGroup: null });
  });

  test("the name of a client opens nothing to another role", async () => {
    const owner = { ...lab, roles: ["owner" as const] };
    const { data, codes } = await factory.ask(owner, `{ sharedDevices { totalCount } }`);
    expect([data, codes]).toEqual([null, ["FORBIDDEN"]]);
  });

  test("a partner who is staff as well is staff", async () => {
    const both = partnerOf("lab", { roles: ["partner", "support"] });
    const document = `{ device(serialNumber: "A2") { site operator lot { deviceCount } } }`;
    const { data, errors } = await factory.ask(both, document);
    expect(errors).toEqual([]);
    expect(data.device).toEqual({ site: "Prato", operator: "op", lot: { deviceCount: 6 } });
  });
});

describe("of a device, a partner reads what is shared of it", () => {
  test("by any of its shares; the rest is refused, whether there is a value or not", async () => {
    const document = `{ device(serialNumber: "A1") { id serialNumber connhexId revision recordedAt
      disposition lotCode attributes site palletId operator } }`;
    const { data, errors } = await ask(document);
    expect(data.device).toMatchObject({ lotCode: "A", disposition: "RELEASED", revision: 4 });
    expect(data.device).toMatchObject({ site: null, palletId: null, operator: null });
    expect(data.device.attributes).toEqual({ reel: "R" });
    const refused = errors.map(({ path, extensions }) => `${path?.[1]} ${extensions.code}`);
    expect(refused.sort()).toEqual(["operator FORBIDDEN", "palletId FORBIDDEN", "site FORBIDDEN"]);
    const messages = errors.map(({ message }) => message).join();
    expect(messages).not.toMatch(/Siena|Prato|op-2/);
  });

  test("one refused field leaves the device, and the devices beside it", async () => {
    const document = `{ sharedDevices { nodes { serialNumber history { totalCount } siblings { totalCount } } } }`;
    const { data } = await ask(document);
    expect(data.sharedDevices.nodes).toEqual([
      { serialNumber: "A1", history: { totalCount: 4 }, siblings: { totalCount: 1 } },
      { serialNumber: "A3", history: null, siblings: { totalCount: 1 } },
      { serialNumber: "A5", history: null, siblings: null },
    ]);
  });

  test("its history, with the shared fields and their changes alone", async () => {
    const document = `{ device(serialNumber: "A1") { history { totalCount nodes {
      revision lotCode site attributes changed } } asOf(at: "2999-01-01T00:00:00Z") {
      lotCode site changed attributes } } }`;
    const { data, codes } = await ask(document);
    const state = { site: null, attributes: { reel: "R" } };
    const changes = [["serialNumber", "lotCode", "disposition", "reel"], ["lotCode"], []];
    expect(data.device.history.nodes).toEqual(
      [...changes, ["connhexId"]].map((changed, index) => {
        return { revision: index + 1, lotCode: index === 0 ? "B" : "A", changed, ...state };
      }),
    );
    expect(data.device.asOf).toMatchObject({ lotCode: "A", ...state });
    expect(codes).toEqual(Array(5).fill("FORBIDDEN"));
  });

  test.each(["actor", "operator", "reason", "source"])(
    "never the %s of a revision",
    async (field) => {
      const document = `{ device(serialNumber: "A1") { history { nodes { ${field} } } } }`;
      const { data, codes } = await ask(document);
      expect(new Set(codes)).toEqual(new Set(["FORBIDDEN"]));
      expect(data.device.history.nodes[0]).toEqual({ [field]: null });
    },
  );

  test.each(["history { totalCount }", `asOf(at: "2999-01-01T00:00:00Z") { revision }`])(
    "not without its history being shared: %s",
    async (field) => {
      const { data, codes } = await ask(`{ device(serialNumber: "A3") { lotCode ${field} } }`);
      expect([data.device.lotCode, codes]).toEqual(["A", ["FORBIDDEN"]]);
    },
  );
});

describe("lists and counts are of what is shared", () => {
  test("a group counts the devices whose value in its field is shared", async () => {
    const document = `{ productionGroup(field: "lotCode", value: "A") { deviceCount
      devices { totalCount nodes { serialNumber } pageInfo { hasNextPage } } } }`;
    const { productionGroup } = (await ask(document)).data;
    // A5 is seen, but its lot is not: to count it would say which lot it is of.
    expect(productionGroup.deviceCount).toBe(2);
    expect(productionGroup.devices.totalCount).toBe(2);
    expect(names(productionGroup.devices.nodes)).toEqual(["A1", "A3"]);
  });

  test("what once was is counted where the history is shared too", async () => {
    const group = (value: string, membership: string) =>
      ask(`{ productionGroup(field: "lotCode", value: "${value}") {
        deviceCount(membership: ${membership}) devices(membership: ${membership}) { nodes { serialNumber } } } }`);
    const was = (await group("B", "EVER")).data.productionGroup;
    expect([was.deviceCount, names(was.devices.nodes)]).toEqual([1, ["A1"]]);
    expect((await group("B", "CURRENT")).data.productionGroup.deviceCount).toBe(0);
    const siblings = `{ device(serialNumber: "A3") { siblings(membership: EVER) { totalCount } } }`;
    expect((await ask(siblings)).codes).toEqual(["FORBIDDEN"]);
  });

  test("groups are those whose field is shared", async () => {
    const document = `query ($n: String) { device(serialNumber: $n) { groups { field value } } }`;
    const groups = async (n: string) => (await ask(document, { n })).data.device.groups;
    const [lot, reel] = [
      { field: "lotCode", value: "A" },
      { field: "reel", value: "R" },
    ];
    expect([await groups("A1"), await groups("A5")]).toEqual([[lot, reel], []]);
  });

  test.each(["secret", "workOrder", "site", "nothing"])(
    "nothing tells whether %s groups devices, or has this value",
    async (field) => {
      const document = `query ($f: String!, $v: String!) { productionGroup(field: $f, value: $v) { value } }`;
      for (const v of ["S", "Prato", "x"]) {
        const { data, errors } = await ask(document, { f: field, v });
        expect([data.productionGroup, errors]).toEqual([null, []]);
      }
      const siblings = `query ($f: String!) { device(serialNumber: "A1") { siblings(by: $f) { totalCount } } }`;
      const { codes, errors } = await ask(siblings, { f: field });
      expect([codes, errors[0]?.message]).toEqual([
        ["FORBIDDEN"],
        `"${field}" is not shared with you`,
      ]);
    },
  );

  test("a forged cursor opens no hidden device, whatever it names", async () => {
    const numbers = ALL.map((n) => Number(atob(ids.get(n) ?? "").split(":")[1]));
    const question = { field: "lotCode", membership: "CURRENT", values: ["A"], except: null };
    const document = `query ($after: String, $before: String) { productionGroup(field: "lotCode", value: "A") {
      devices(first: 1, after: $after, before: $before) {
        nodes { serialNumber } pageInfo { hasNextPage startCursor } } } }`;
    const page = async (after: number, before: number) => {
      const [a, b] = [after, before].map((n) => cursorOf(n, `members ${JSON.stringify(question)}`));
      const { data } = await ask(document, { after: a, before: b });
      const { nodes, pageInfo } = data.productionGroup.devices;
      return [names(nodes), pageInfo.hasNextPage];
    };
    const [a1 = 0, , a3 = 0, , , a6 = 0] = numbers;
    expect(await page(a1, a3)).toEqual([[], false]);
    expect(await page(a1, a6)).toEqual([["A3"], false]);
    expect(await page(a3, a6 + 1)).toEqual([[], false]);
    expect(await page(0, a6 + 1)).toEqual([["A1"], true]);
  });

  test("a page of a thousand takes two statements", async () => {
    factory.database.sent.length = 0;
    await ask(`{ sharedDevices(first: 1000) { nodes { serialNumber lotCode } } }`);
    expect(factory.database.sent).toHaveLength(2);
  });
});

describe("sharedDevices", () => {
  const DOCUMENT = `query ($share: ID) { sharedDevices(share: $share) { totalCount nodes { serialNumber } } }`;

  test("lists everything, or what one share covers", async () => {
    const share = await shares.share({ serialNumbers: ["A3", "A4"], partner: "shop" });
    await shares.share({ group: { field: "lotCode", values: ["A"] }, partner: "shop" });
    const shop = partnerOf("shop");
    const list = async (variables: Variables) =>
      names((await factory.ask(shop, DOCUMENT, variables)).data.sharedDevices.nodes);
    expect(await list({})).toEqual(ALL);
    expect(await list({ share })).toEqual(["A3", "A4"]);
    await shares.end(share);
    expect((await factory.ask(shop, DOCUMENT, { share })).codes).toEqual(["NOT_FOUND"]);
    const foreign = (await factory.ask(lab, DOCUMENT, { share })).errors[0];
    const nothing = (await factory.ask(lab, DOCUMENT, { share: "garbage" })).errors[0];
    expect(foreign?.message).toBe(nothing?.message);
    expect(foreign?.extensions).toEqual(nothing?.extensions);
  });
});

test("a share begins and ends at its times, without anybody doing anything", async () => {
  const [from, to] = [Date.now() + 700, Date.now() + 1_400];
  const terms = { serialNumbers: ["A2"], fields: ["site"], partner: "brief" };
  const times = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  await shares.share({ ...terms, ...times });
  const isSeen = async () => {
    const { data } = await factory.ask(
      partnerOf("brief"),
      `{ device(serialNumber: "A2") { site } }`,
    );
    return data.device !== null;
  };
  const when = async (seen: boolean): Promise<number> => {
    while ((await isSeen()) !== seen) await new Promise((resolve) => setTimeout(resolve, 20));
    return Date.now();
  };
  expect(await when(true)).toBeGreaterThanOrEqual(from);
  expect(await when(false)).toBeGreaterThanOrEqual(to);
});
