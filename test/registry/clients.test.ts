import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ADD_CLIENT, type RegistryGateway, registryGateway } from "./registry-gateway.ts";

const CLIENT = `query ($name: String!) { client(name: $name) {
  id name kind roles requestsPerMinute isActive createdAt
  history { kind about roles requestsPerMinute isActive actor reason }
} }`;
const CHANGE = `mutation ($name: String!, $changes: ClientChanges!, $reason: String!) {
  changeClient(name: $name, changes: $changes, reason: $reason) {
    name roles requestsPerMinute isActive
  }
}`;
const CLIENTS = `query ($first: Int, $after: String) { clients(first: $first, after: $after) {
  totalCount nodes { name kind } pageInfo { hasNextPage endCursor }
} }`;

let registry: RegistryGateway;
beforeAll(async () => {
  registry = await registryGateway();
}, 60_000);
afterAll(() => registry?.close());

const change = (name: string, changes: object, reason = "agreed") => ({ name, changes, reason });

describe("a client", () => {
  test("is added, found by its name and its id, and remembers who changed what and why", async () => {
    const input = { name: "field-app", kind: "APP", roles: ["support", "support"] };
    await registry.data(ADD_CLIENT, { input });
    const changes = { roles: ["support", "line"], requestsPerMinute: 600 };
    const { changeClient } = await registry.data(CHANGE, change("field-app", changes, " more "));
    expect(changeClient).toMatchObject({ roles: ["support", "line"], requestsPerMinute: 600 });
    await registry.data(CHANGE, change("field-app", { requestsPerMinute: null, isActive: false }));
    const { client } = await registry.data(CLIENT, { name: "field-app" });
    expect(client).toMatchObject({
      name: "field-app",
      kind: "APP",
      roles: ["support", "line"],
      requestsPerMinute: null,
      isActive: false,
    });
    const by = { about: null, actor: "the-admin" };
    expect(client.history).toEqual([
      {
        ...{ ...by, kind: "CHANGED", reason: "agreed", isActive: false },
        ...{ roles: ["support", "line"], requestsPerMinute: null },
      },
      {
        ...{ ...by, kind: "CHANGED", reason: "more", isActive: true },
        ...{ roles: ["support", "line"], requestsPerMinute: 600 },
      },
      {
        ...{ ...by, kind: "ADDED", reason: null, isActive: true },
        ...{ roles: ["support"], requestsPerMinute: null },
      },
    ]);
    const { node } = await registry.data(
      "query ($id: ID!) { node(id: $id) { ... on Client { name kind } } }",
      { id: client.id },
    );
    expect(node).toEqual({ name: "field-app", kind: "APP" });
  });

  test("that is not there is null", async () => {
    for (const name of ["nobody", "", "a b", "a\u0000"]) {
      expect(await registry.data(CLIENT, { name })).toEqual({ client: null });
    }
  });

  test.each<[input: object, code: string]>([
    [{ name: "p1", kind: "PARTNER" }, "ok"],
    [{ name: "p2", kind: "PARTNER", roles: ["partner"] }, "ok"],
    [{ name: "p3", kind: "PARTNER", roles: ["partner", "support"] }, "BAD_USER_INPUT"],
    [{ name: "p4", kind: "PARTNER", roles: ["support"] }, "BAD_USER_INPUT"],
    [{ name: "p5", kind: "PARTNER", roles: [] }, "BAD_USER_INPUT"],
    [{ name: "a1", kind: "APP", roles: ["admin"] }, "ok"],
    [{ name: "a2", kind: "APP" }, "BAD_USER_INPUT"],
    [{ name: "a3", kind: "APP", roles: ["support", "partner"] }, "BAD_USER_INPUT"],
    [{ name: "a4", kind: "APP", roles: ["service"] }, "BAD_USER_INPUT"],
    [{ name: "a5", kind: "APP", roles: ["root"] }, "BAD_USER_INPUT"],
    [{ name: "a1", kind: "APP", roles: ["line"] }, "BAD_USER_INPUT"],
    [{ name: "", kind: "PARTNER" }, "BAD_USER_INPUT"],
    [{ name: "a/b", kind: "PARTNER" }, "BAD_USER_INPUT"],
    [{ name: "x".repeat(101), kind: "PARTNER" }, "BAD_USER_INPUT"],
    [{ name: "r1", kind: "PARTNER", requestsPerMinute: 0 }, "BAD_USER_INPUT"],
    [{ name: "r2", kind: "PARTNER", requestsPerMinute: 1_000_001 }, "BAD_USER_INPUT"],
    [{ name: "r3", kind: "PARTNER", requestsPerMinute: 1_000_000 }, "ok"],
  ])("%j is added with %s", async (input, code) => {
    const { errors } = await registry.ask(ADD_CLIENT, { input });
    expect(errors[0]?.extensions.code ?? "ok").toBe(code);
  });

  test.each<[changes: object, reason: string, code: string]>([
    [{ roles: ["support"] }, "x", "BAD_USER_INPUT"],
    [{ isActive: true }, "x", "NOTHING_TO_CHANGE"],
    [{}, "x", "NOTHING_TO_CHANGE"],
    [{ isActive: false }, " ", "REASON_REQUIRED"],
    [{ requestsPerMinute: -1 }, "x", "BAD_USER_INPUT"],
    [{ isActive: false }, "x", "ok"],
  ])("a partner's change to %j because of %j: %s", async (changes, reason, code) => {
    await registry.ask(ADD_CLIENT, { input: { name: "changing", kind: "PARTNER" } });
    const { errors } = await registry.ask(CHANGE, change("changing", changes, reason));
    expect(errors[0]?.extensions.code ?? "ok").toBe(code);
  });

  test("that is unknown cannot be changed", async () => {
    const code = await registry.refusal(CHANGE, change("nobody", { isActive: false }));
    expect(code).toBe("NOT_FOUND");
  });

  test("is one of its tenant alone: another tenant has its own of the same name", async () => {
    await registry.addApp("namesake");
    const there = { tenant: "elsewhere" };
    expect(await registry.data(CLIENT, { name: "namesake" }, there)).toEqual({ client: null });
    const input = { name: "namesake", kind: "PARTNER" };
    await registry.data(ADD_CLIENT, { input }, there);
    const { client } = await registry.data(CLIENT, { name: "namesake" });
    expect(client.kind).toBe("APP");
    const { clients } = await registry.data(CLIENTS, {}, there);
    expect(clients).toMatchObject({
      totalCount: 1,
      nodes: [{ name: "namesake", kind: "PARTNER" }],
    });
  });
});

test("clients that are added at the same time get places of their own in the list", async () => {
  const tenant = { tenant: "busy" };
  const names = Array.from({ length: 12 }, (_, n) => `app-${n}`);
  const added = await Promise.all(
    names.map((name) => registry.ask(ADD_CLIENT, { input: { name, kind: "PARTNER" } }, tenant)),
  );
  expect(added.map(({ errors }) => errors)).toEqual(names.map(() => []));
  const found: string[] = [];
  for (let after = null, more = true; more; ) {
    const { clients } = await registry.data(CLIENTS, { first: 5, after }, tenant);
    found.push(...clients.nodes.map(({ name }: { name: string }) => name));
    ({ hasNextPage: more, endCursor: after } = clients.pageInfo);
  }
  expect(found.sort()).toEqual(names.sort());
});

test("of one name that two add at the same time, one is there, and one adder is told", async () => {
  const input = { name: "wanted", kind: "PARTNER" };
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => registry.ask(ADD_CLIENT, { input })),
  );
  const codes = answers.map(({ errors }) => errors[0]?.extensions.code ?? "ok");
  expect(codes.sort()).toEqual([...Array(5).fill("BAD_USER_INPUT"), "ok"]);
});

test("engineering reads clients, and neither their keys nor their history; it changes nothing", async () => {
  await registry.addApp("seen");
  const engineering = { role: "engineering" } as const;
  const seen = '{ client(name: "seen") { id name roles documents { totalCount } } }';
  expect((await registry.data(seen, {}, engineering)).client.name).toBe("seen");
  for (const field of ["keys { keyId }", "history { kind }"]) {
    const text = `{ client(name: "seen") { ${field} } }`;
    expect(await registry.refusal(text, {}, engineering)).toBe("FORBIDDEN");
  }
  const changes = change("seen", { isActive: false });
  expect(await registry.refusal(CHANGE, changes, engineering)).toBe("FORBIDDEN");
  expect(await registry.refusal(CLIENTS, {}, { role: "support" })).toBe("FORBIDDEN");
});
