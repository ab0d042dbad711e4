import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type CallerRole, ROLES } from "../../shared/caller.ts";
import { globalId } from "../../shared/global-id.ts";
import { callerOf, type Factory, openFactory, type Variables } from "../manufacturing/factory.ts";
import { END, partnerOf, SHARE, type Shares, sharesOf } from "./shares.ts";

let factory: Factory;
let shares: Shares;
beforeAll(async () => {
  factory = await openFactory();
  shares = sharesOf(factory);
  await factory.define({ name: "reel", type: "TEXT", isGroupable: true });
  await factory.define({ name: "note", type: "TEXT" });
  const numbers = [1, 2, 3, 4].map((n) => ({ serialNumber: `G${n}`, lotCode: `L${n % 2}` }));
  await factory.record(...numbers, { serialNumber: "H1", partNumber: "P-1", site: "Prato" });
});
afterAll(() => factory.close());

const READ = `query ($id: ID!) { share(id: $id) { id partner kind fields from to grantedBy grantedAt
  reason endedAt endedBy endReason state deviceCount group { field values }
  criteria { partNumber site producedFrom serialNumberTo } devices { nodes { serialNumber } } } }`;

async function read(id: string) {
  return (await shares.tell("support", READ, { id })).share;
}

async function refusal(terms: Variables): Promise<string> {
  const input = { partner: "lab", fields: [], reason: "an audit", ...terms };
  const { errors } = await factory.ask("admin", SHARE, { input });
  return `${errors[0]?.extensions.code}: ${errors[0]?.message}`;
}

describe("a share says", () => {
  test("with whom, what, from when, by whom and why", async () => {
    const group = { field: "lotCode", values: ["L1"] };
    const id = await shares.share({ group, fields: ["history", "lotCode", "lotCode"] });
    const share = await read(id);
    expect(share).toMatchObject({
      ...{ id, partner: "lab", kind: "GROUP", group, criteria: null, to: null, state: "ACTIVE" },
      ...{ fields: ["lotCode", "history"], grantedBy: "compliance-1", reason: "an audit" },
      ...{ endedAt: null, endedBy: null, endReason: null, deviceCount: 2 },
      devices: { nodes: [{ serialNumber: "G1" }, { serialNumber: "G3" }] },
    });
    expect(share.from).toBe(share.grantedAt);
  });

  test("its devices by list, each once", async () => {
    const id = await shares.share({ serialNumbers: ["G2", "G1", "G2"] });
    expect(await read(id)).toMatchObject({ kind: "LIST", deviceCount: 2, group: null });
  });

  test("its devices by criteria, of which all must be met", async () => {
    const criteria = { partNumber: ["P-1", "P-2"], site: ["Prato"], serialNumberTo: "H1" };
    const id = await shares.share({ criteria });
    expect(await read(id)).toMatchObject({
      ...{ kind: "CRITERIA", deviceCount: 1, criteria: { ...criteria, producedFrom: null } },
      devices: { nodes: [{ serialNumber: "H1" }] },
    });
  });

  test.each<[string, Variables, string[]]>([
    ["times from the first on", { producedFrom: "2024-02-01T00:00:00Z" }, ["T2", "T3"]],
    ["times before the last", { producedTo: "2024-03-01T00:00:00Z" }, ["T1", "T2"]],
    [
      "serial numbers with both ends",
      { serialNumberFrom: "T2", serialNumberTo: "T3" },
      ["T2", "T3"],
    ],
    ["any of some values", { fwVersion: ["1", "3"] }, ["T1", "T3"]],
    ["every criterion", { fwVersion: ["1", "3"], producedFrom: "2024-02-01T00:00:00Z" }, ["T3"]],
    ["capitals apart", { serialNumberFrom: "U", serialNumberTo: "t9" }, ["t1"]],
  ])("%s, and no device of which the field is not known", async (_, criteria, expected) => {
    const months = [1, 2, 3].map((n) => ({
      ...{ serialNumber: `T${n}`, partNumber: "P-T", fwVersion: `${n}` },
      producedAt: `2024-0${n}-01T00:00:00Z`,
    }));
    await factory.record(...months, { serialNumber: "t1", partNumber: "P-T" });
    const id = await shares.share({ criteria: { partNumber: ["P-T"], ...criteria } });
    const { nodes } = (await read(id)).devices;
    expect(nodes.map((node: Variables) => node.serialNumber)).toEqual(expected);
    await shares.end(id);
  });

  test("what it covers now: a group's members come and go", async () => {
    const id = await shares.share({ group: { field: "reel", values: ["R-1"] }, partner: "comes" });
    expect((await read(id)).deviceCount).toBe(0);
    await factory.record({ serialNumber: "R1", attributes: { reel: "R-1" } });
    expect((await read(id)).deviceCount).toBe(1);
    await factory.correct("R1", 1, { attributes: { reel: "R-2" } });
    expect((await read(id)).deviceCount).toBe(0);
  });
});

const NEVER = { producedFrom: "2024-01-02T00:00:00Z", producedTo: "2024-01-01T00:00:00Z" };

describe("a share is refused", () => {
  const list = { serialNumbers: ["G1"] };
  test.each<[string, Variables, string]>([
    ["without terms", {}, "BAD_USER_INPUT: give exactly one of"],
    ["with two kinds of terms", { ...list, criteria: { site: ["x"] } }, "BAD_USER_INPUT: give ex"],
    ["of every device", { criteria: {} }, "BAD_USER_INPUT: criteria without a criterion"],
    ["of an empty list", { serialNumbers: [] }, "BAD_USER_INPUT: serialNumbers is empty"],
    ["of no values", { group: { field: "lotCode", values: [] } }, "BAD_USER_INPUT: group.values"],
    ["by no grouping field", { group: { field: "note", values: ["x"] } }, "BAD_USER_INPUT: "],
    ["of no times", { criteria: NEVER }, "BAD_USER_INPUT: criteria.producedTo must lie after"],
    [
      "of devices that are not recorded, by name",
      { serialNumbers: ["G1", "X1", "X2\u0000"] },
      'DEVICE_NOT_RECORDED: not recorded: "X1", "X2\\u0000"',
    ],
    ["of too many", { serialNumbers: Array(10_001).fill("G1") }, "LIMIT_EXCEEDED: a share lists"],
    ["of the operator", { ...list, fields: ["operator"] }, 'BAD_USER_INPUT: "operator" cannot be'],
    ["of the owner", { ...list, fields: ["owner"] }, 'BAD_USER_INPUT: "owner" cannot be shared'],
    ["of what is shared anyway", { ...list, fields: ["id"] }, 'BAD_USER_INPUT: "id" is always'],
    ["of unknown fields", { ...list, fields: ["attributes.x"] }, 'BAD_USER_INPUT: "attributes.x"'],
    ["with nobody", { ...list, partner: "" }, 'BAD_USER_INPUT: partner "" is no name of a client'],
    [
      "with what no client is called",
      { ...list, partner: "a b" },
      'BAD_USER_INPUT: partner "a b" is',
    ],
    ["beyond a name", { ...list, partner: "x".repeat(101) }, 'BAD_USER_INPUT: partner "xxx'],
    ["without a reason", { ...list, reason: " " }, "REASON_REQUIRED: say why"],
    ["of the past", { ...list, from: "2020-01-01T00:00:00Z" }, "BAD_USER_INPUT: from lies in the"],
    ["that is over", { ...list, to: "2020-01-01T00:00:00Z" }, "BAD_USER_INPUT: to must lie after"],
    [
      "that ends before it begins",
      { ...list, from: "2091-01-01T00:00:00Z", to: "2090-01-01T00:00:00Z" },
      "BAD_USER_INPUT: to must lie after",
    ],
  ])("%s", async (_, terms, expected) => {
    const before = (await shares.tell("admin", "{ shares { totalCount } }")).shares.totalCount;
    expect((await refusal(terms)).slice(0, expected.length)).toBe(expected);
    const after = (await shares.tell("admin", "{ shares { totalCount } }")).shares.totalCount;
    expect(after).toBe(before);
  });

  test("beyond a hundred that are not ended; an ended one makes room", async () => {
    const terms = { partner: "greedy", ...list };
    const ids: string[] = [];
    for (let n = 0; n < 100; n++) ids.push(await shares.share(terms));
    expect(await refusal(terms)).toMatch(/^LIMIT_EXCEEDED: greedy has 100 shares/);
    await shares.end(ids[7] ?? "");
    await shares.share(terms);
  });
});

describe("an end", () => {
  const end = (variables: Variables) => factory.ask("admin", END, { reason: "over", ...variables });

  test("says when, by whom and why, and is not said twice", async () => {
    const id = await shares.share({ serialNumbers: ["G1"] });
    const { data } = await end({ id });
    expect(data.endShare).toMatchObject({ state: "ENDED", endedBy: "admin-1", endReason: "over" });
    expect((await end({ id })).codes).toEqual(["NOTHING_TO_CHANGE"]);
    expect((await read(id)).endedAt).toBe(data.endShare.endedAt);
  });

  test("may be planned, and a sooner one said: the earliest counts, and both are kept", async () => {
    const id = await shares.share({ serialNumbers: ["G1"], to: "2095-01-01T00:00:00Z" });
    const planned = await end({ id, at: "2090-01-01T00:00:00Z" });
    expect(planned.data.endShare).toMatchObject({ state: "ACTIVE" });
    expect((await end({ id, at: "2091-01-01T00:00:00Z" })).codes).toEqual(["NOTHING_TO_CHANGE"]);
    expect((await end({ id })).data.endShare).toMatchObject({ state: "ENDED" });
    const rows = await factory.database.admin(
      "SELECT 1 FROM share_end JOIN share USING (share_id) WHERE to_at = '2095-01-01'",
    );
    expect(rows).toHaveLength(2);
  });

  test("ends what has not begun", async () => {
    const id = await shares.share({ serialNumbers: ["G1"], from: "2090-01-01T00:00:00Z" });
    expect((await read(id)).state).toBe("PLANNED");
    await shares.end(id);
    expect((await read(id)).state).toBe("ENDED");
  });

  test.each<[string, Variables, string]>([
    ["of nothing", { id: globalId("Share", 999_999) }, "NOT_FOUND"],
    ["of what is no share", { id: globalId("Device", 1) }, "NOT_FOUND"],
    ["in the past", { at: "2020-01-01T00:00:00Z" }, "BAD_USER_INPUT"],
    ["without a reason", { reason: "" }, "REASON_REQUIRED"],
  ])("%s is refused", async (_, variables, code) => {
    const id = await shares.share({ serialNumbers: ["G1"], partner: "ends" });
    expect((await end({ id, ...variables })).codes).toEqual([code]);
  });
});

describe("who", () => {
  const GRANTERS: readonly CallerRole[] = ["admin", "compliance"];
  const READERS: readonly CallerRole[] = [...GRANTERS, "engineering", "support"];

  test.each(ROLES)("%s grants, ends and reads shares, or does not", async (role) => {
    const id = await shares.share({ serialNumbers: ["G1"], partner: `of-${role}` });
    const input = { partner: `of-${role}`, serialNumbers: ["G1"], fields: [], reason: "x" };
    const granted = await factory.ask(role, SHARE, { input });
    const ended = await factory.ask(role, END, { id, reason: "x" });
    const seen = await factory.ask(role, `{ shares { totalCount } }`);
    const may = [granted, ended, seen].map(({ codes }) => codes[0] !== "FORBIDDEN");
    expect(may).toEqual([GRANTERS, GRANTERS, READERS].map((roles) => roles.includes(role)));
  });

  test("pages through the shares of one partner", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      ids.push(await shares.share({ serialNumbers: ["G1"], partner: "paged" }));
    }
    const document = `query ($after: String) { shares(partner: "paged", first: 2, after: $after) {
      totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`;
    const first = (await shares.tell("admin", document)).shares;
    const after = first.pageInfo.endCursor;
    const second = (await shares.tell("admin", document, { after })).shares;
    expect([...first.nodes, ...second.nodes].map(({ id }) => id)).toEqual(ids);
    expect([first.totalCount, second.pageInfo.hasNextPage]).toEqual([3, false]);
  });

  test("a partner learns nothing of shares, of its own neither", async () => {
    const id = await shares.share({ serialNumbers: ["G1"], fields: ["lotCode"] });
    const ask = `query ($id: ID!) { share(id: $id) { reason } }`;
    expect((await factory.ask(partnerOf("lab"), ask, { id })).codes).toEqual(["FORBIDDEN"]);
    const entities = `query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }`;
    const r = [id, globalId("Share", 999_999)].map((one) => ({ __typename: "Share", id: one }));
    const { data } = await factory.ask(partnerOf("lab"), entities, { r });
    expect(data._entities).toEqual([null, null]);
    expect((await factory.ask(callerOf("support"), ask, { id })).data.share.reason).toBe(
      "an audit",
    );
  });
});
