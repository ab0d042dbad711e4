import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ROLES } from "../../shared/caller.ts";
import { inProcessExecutor } from "../../shared/graph/in-process-executor.ts";
import { callerOf } from "../manufacturing/factory.ts";
import { statements } from "../support/postgres.ts";
import {
  devices,
  LOOK,
  OFFER,
  openTown,
  ownerInput,
  person,
  REGISTER,
  type Town,
  TRANSFER,
} from "./town.ts";

let town: Town;
let adaId: string;
const LOT = Array.from({ length: 501 }, (_, index) => `w-${index}`);

beforeAll(async () => {
  town = await openTown();
  await town.provision(...LOT.map((id) => ({ serialNumber: `SN ${id}`, connhexId: id })));
  const register = async (name: string, ...ids: string[]) => {
    for (const connhexId of ids) {
      const input = { connhexId, owner: ownerInput(name) };
      const { registerOwnership } = await town.get(person(name), REGISTER, { input });
      adaId = registerOwnership.owner.id;
    }
  };
  await register("Ben", ...LOT.slice(0, 20));
  const { offerOwnershipTransfer: offer } = await town.get(person("Ben"), OFFER, {
    connhexId: "w-0",
  });
  const input = { connhexId: "w-0", owner: ownerInput("Cleo"), consentCode: offer.code };
  await town.get(person("Cleo"), TRANSFER, { input });
  await register("Ada", ...LOT.slice(20, 30));
});
afterAll(() => town.close());

describe("the ownership part of the walk", () => {
  const WALK = `query ($root: [_Any!]!, $siblings: [_Any!]!) {
    _e0: _entities(representations: $root) { ... on Device {
      identity { state } owner { displayName } ownerships { from to owner { displayName } } } }
    _e1: _entities(representations: $siblings) { ... on Device { owner { displayName } } }
  }`;

  test.each([1, 500])("takes two statements for %s siblings", async (size) => {
    const siblings = devices(...LOT.slice(1, size + 1)).r;
    town.database.sent.length = 0;
    const data = await town.get("support", WALK, { root: devices("w-0").r, siblings });
    expect(statements(town.database.sent)).toHaveLength(2);
    expect(data._e1).toHaveLength(size);
    expect(data._e0[0]).toMatchObject({
      identity: { state: "ACTIVE" },
      owner: { displayName: "Cleo" },
      ownerships: [{ owner: { displayName: "Ben" } }, { owner: { displayName: "Cleo" } }],
    });
  });

  test("takes at most 4 when it comes as two requests in one context", async () => {
    const { execute, parse } = await import("graphql");
    const caller = { subject: "s", tenant: "acme", roles: ["support" as const], client: null };
    const contextValue = town.service().createContext(caller, { requestId: "walk" });
    const { schema } = town.service();
    const [root, siblings] = WALK.split("\n").filter((line) => /_e[01]/.test(line));
    town.database.sent.length = 0;
    for (const [index, text] of [
      `query ($r: [_Any!]!) { ${root?.replace("$root", "$r")} identity { state } owner { displayName } ownerships { from to owner { displayName } } } } }`,
      `query ($r: [_Any!]!) { ${siblings?.replace("$siblings", "$r")} }`,
    ].entries()) {
      const variableValues = devices(...(index === 0 ? ["w-0"] : LOT.slice(1, 501)));
      const result = await execute({ schema, document: parse(text), variableValues, contextValue });
      expect(result.errors).toBeUndefined();
    }
    expect(statements(town.database.sent).length).toBeLessThanOrEqual(4);
  });

  test("sends nothing for devices without connhexId", async () => {
    town.database.sent.length = 0;
    const { _entities } = await town.get("support", LOOK, devices(null, null));
    const empty = { connhexId: null, identity: null, owner: null, ownerships: null };
    expect(_entities).toEqual([empty, empty]);
    expect(town.database.sent).toEqual([]);
  });
});

test("the compiled executor answers as the interpreting one does", async () => {
  const document = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Device {
    connhexId identity { id state name isProtected provisionedAt history { state at actor } }
    owner { id kind displayName contact { email phone address }
      devices(first: 2) { totalCount nodes { connhexId } edges { cursor node { connhexId } }
        pageInfo { hasNextPage endCursor } } }
    ownerships { id from to endedBy owner { displayName } device { connhexId } } } } }`;
  const variables = devices("w-0", "w-1", "w-40", "none", null);
  const execute = inProcessExecutor(town.service());
  for (const role of ["admin", "support", "line", "partner"] as const) {
    const caller = callerOf(role);
    const context = town.service().createContext(caller, { requestId: "jit" });
    const compiled = await execute({ text: document, variables, context });
    const { data, errors } = await town.ask(caller, document, variables);
    expect(JSON.parse(JSON.stringify(compiled.data))).toEqual(JSON.parse(JSON.stringify(data)));
    expect((compiled.errors ?? []).map(({ path }) => path)).toEqual(errors.map(({ path }) => path));
  }
});

describe("rows", () => {
  const NAMES = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Device {
    identity { state } owner { id country } ownerships { owner { id } } } } }`;

  test("an owner sees what he owns now, and of its former owners nothing", async () => {
    const { _entities } = await town.get(person("Cleo"), NAMES, devices("w-0", "w-1", "none"));
    expect(_entities[0].identity).toEqual({ state: "ACTIVE" });
    expect(_entities[0].owner).toMatchObject({ country: "IT" });
    expect(_entities[0].ownerships.map(({ owner }: never) => owner)).toEqual([
      null,
      _entities[0].owner && { id: _entities[0].owner.id },
    ]);
    const nothing = { identity: null, owner: null, ownerships: null };
    expect(_entities.slice(1)).toEqual([nothing, nothing]);
    const former = await town.get(person("Ben"), NAMES, devices("w-0"));
    expect(former._entities).toEqual([nothing]);
  });

  test("another role beside owner opens no other owner's name", async () => {
    const both = { ...person("Cleo"), roles: ["engineering" as const, "owner" as const] };
    const document = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Device {
      owner { id displayName contact { email } devices { totalCount } } } } }`;
    const { _entities } = await town.get(both, document, devices("w-0", "w-1"));
    expect(_entities[0].owner).toMatchObject({
      displayName: "Cleo",
      contact: { email: "cleo@example.com" },
      devices: { totalCount: 1 },
    });
    expect(_entities[1].owner).toMatchObject({
      displayName: null,
      contact: null,
      devices: { totalCount: 0 },
    });
  });

  test("a partner sees nothing, another tenant neither, under any id", async () => {
    const look = await town.get("support", LOOK, devices("w-1"));
    const [seen] = look._entities;
    const ids = [seen.identity.id, seen.owner.id, seen.ownerships[0].id];
    const entities = ["CloudIdentity", "Owner", "Ownership"].map((__typename, index) => ({
      __typename,
      id: ids[index],
    }));
    const document = `query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }`;
    const ask = async (who: Parameters<Town["ask"]>[0]) =>
      (await town.get(who, document, { r: entities }))._entities;
    expect(await ask("support")).toEqual(entities.map(({ __typename }) => ({ __typename })));
    const foreign = { subject: "s", tenant: "globex", roles: ["admin" as const], client: null };
    for (const who of ["partner", foreign, person("Ada"), "service"] as const) {
      expect(await ask(who)).toEqual([null, null, null]);
    }
    const { data } = await town.ask(foreign, `query ($id: ID!) { owner(id: $id) { id } }`, {
      id: seen.owner.id,
    });
    expect(data).toEqual({ owner: null });
    const stub = await town.get(foreign, NAMES, devices("w-0"));
    expect(stub._entities).toEqual([{ identity: null, owner: null, ownerships: [] }]);
  });

  test("ownedBy answers services alone, and only what is owned now", async () => {
    const document = `query ($s: String!, $c: [ID!]!) { ownedBy(subject: $s, connhexIds: $c) }`;
    const variables = { s: "person-Ben", c: ["w-0", "w-1", "w-2", "w-25", "none"] };
    const { ownedBy } = await town.get("service", document, variables);
    expect([...ownedBy].sort()).toEqual(["w-1", "w-2"]);
    for (const role of ROLES) {
      expect((await town.ask(role, document, variables)).codes).toEqual(["FORBIDDEN"]);
    }
  });
});

describe("personal data", () => {
  const OWNER = `query ($id: ID!) { owner(id: $id) {
    displayName contact { email phone address } } }`;
  const full = { email: "ada@example.com", phone: "+39 055 123456", address: null };

  test.each<[role: string, contact: object]>([
    ["support", { email: "a•••@e•••.com", phone: "•••56", address: null }],
    ["recall_manager", full],
    ["admin", full],
  ])("%s sees this much of a contact", async (role, contact) => {
    const { owner } = await town.get(role as "admin", OWNER, { id: adaId });
    expect(owner).toEqual({ displayName: "Ada", contact });
  });

  test("an owner sees himself, and no other owner", async () => {
    const himself = await town.get(person("Ada"), OWNER, { id: adaId });
    expect(himself.owner).toEqual({ displayName: "Ada", contact: full });
    expect(await town.get(person("Ben"), OWNER, { id: adaId })).toEqual({ owner: null });
  });

  test.each(["line", "engineering", "analyst", "partner", "regulator"] as const)(
    "%s may not ask for an owner",
    async (role) => {
      expect((await town.ask(role, OWNER, { id: adaId })).codes).toEqual(["FORBIDDEN"]);
    },
  );

  test("an owner's devices are paged both ways, and many owners' in one statement", async () => {
    const document = `query ($id: ID!, $after: String, $before: String, $first: Int, $last: Int) {
      owner(id: $id) { devices(first: $first, after: $after, last: $last, before: $before) {
        totalCount nodes { connhexId } edges { cursor } pageInfo { hasNextPage hasPreviousPage } } } }`;
    const page = async (variables: object) =>
      (await town.get("support", document, { id: adaId, ...variables })).owner.devices;
    const first = await page({ first: 4 });
    expect(first.totalCount).toBe(10);
    const rest = await page({ first: 100, after: first.edges[3].cursor });
    const ids = [...first.nodes, ...rest.nodes].map(({ connhexId }) => connhexId);
    expect(ids).toEqual(LOT.slice(20, 30));
    const back = await page({ last: 3, before: rest.edges[0].cursor });
    expect(back.nodes).toEqual(first.nodes.slice(1));
    expect(back.pageInfo).toEqual({ hasNextPage: true, hasPreviousPage: true });
    const foreign = await town.ask(
      person("Ada"),
      `query ($c: String) { myDevices(after: $c) {
      totalCount } }`,
      { c: Buffer.from("1.AAAAAAAA").toString("base64url") },
    );
    expect(foreign.codes).toEqual(["INVALID_CURSOR"]);
    const many = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Device {
      owner { devices(first: 2) { totalCount nodes { connhexId } } } } } }`;
    town.database.sent.length = 0;
    await town.get("support", many, devices("w-0", "w-1", "w-20"));
    expect(statements(town.database.sent)).toHaveLength(3);
  });
});
