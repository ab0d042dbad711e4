import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { DomainError } from "../../shared/domain-error.ts";
import { setLogWriter } from "../../shared/log.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { type TinySubgraph, tinyManufacturing, tinyOwnership } from "./tiny-subgraphs.ts";

const WALK = `query Walk($id: ID!) {
  device(connhexId: $id) {
    serialNumber
    owner { displayName }
    ownerships { id }
    siblings(first: 50) { serialNumber connhexId owner { displayName } }
  }
}`;
const ONE = { id: "connhex-1" };
const SECRET = "postgres://app:pa55word@10.1.2.3:5432/ownership";

let gateway: TestGateway;
let manufacturing: TinySubgraph;
let ownership: TinySubgraph;
const lines: string[] = [];
setLogWriter((line) => void lines.push(line));

beforeAll(async () => {
  manufacturing = tinyManufacturing();
  ownership = tinyOwnership();
  gateway = await testGateway({ services: [manufacturing, ownership] });
});
afterAll(() => gateway.close());
beforeEach(async () => {
  manufacturing.fault = () => undefined;
  ownership.fault = () => undefined;
  // An answer closes a circuit that the failures of the tests before would open.
  expect((await gateway.query(WALK, ONE)).errors).toEqual([]);
  gateway.fetches.length = 0;
  lines.length = 0;
});

const logged = () => lines.map((line) => JSON.parse(line));
const fail = (error: unknown) => () => {
  throw error;
};
const outageOf = (subgraph: string) => ({
  message: `the ${subgraph} subgraph cannot be asked now`,
  extensions: { code: "SUBGRAPH_UNAVAILABLE", subgraph, retryable: true },
});

describe("a walk", () => {
  test("takes two fetches, whatever the number of siblings", async () => {
    const { data, errors } = await gateway.query(WALK, ONE);
    expect(errors).toEqual([]);
    expect(gateway.fetches.map(({ subgraph }) => subgraph)).toEqual(["manufacturing", "ownership"]);
    expect(data).toMatchObject({ device: { owner: { displayName: "Owner of connhex-1" } } });
  });

  test("answers a sibling without connhexId with no owner, and all others with theirs", async () => {
    const { data } = await gateway.query(WALK, ONE);
    const device = data?.device as { siblings: { connhexId: string; owner: object }[] };
    expect(device.siblings).toHaveLength(50);
    for (const { connhexId, owner } of device.siblings) {
      expect(owner).toEqual(connhexId ? { displayName: `Owner of ${connhexId}` } : null);
    }
  });

  test("shares one context of each subgraph among its fetches", async () => {
    ownership.callers.length = 0;
    await gateway.query(
      `query($id: ID!) { device(connhexId: $id) { owner { displayName } } again: device(connhexId: "connhex-2") { owner { displayName } ownerships { id owner { displayName } } } }`,
      ONE,
    );
    expect(ownership.callers).toHaveLength(1);
  });
});

describe("a subgraph that fails", () => {
  test.each([
    ["has lost its database", fail(new DomainError("DATABASE_UNAVAILABLE", "gone"))],
    ["does not answer", () => new Promise(() => undefined)],
  ])("and %s: one error names it, and all else is answered", async (_, fault) => {
    ownership.fault = fault;
    const { status, data, errors } = await gateway.query(WALK, ONE);
    expect(status).toBe(200);
    expect(errors).toEqual([outageOf("ownership")]);
    expect(data).toMatchObject({ device: { serialNumber: "SN-1", owner: null } });
    const device = data?.device as { siblings: object[] };
    expect(device.siblings).toHaveLength(50);
    expect(device.siblings).toContainEqual({
      serialNumber: "SN-7",
      connhexId: "connhex-7",
      owner: null,
    });
  });

  test("whose context cannot be made is unavailable too", async () => {
    const { createContext } = ownership;
    ownership.createContext = fail(new Error(SECRET));
    const { errors, data, text } = await gateway.query(WALK, ONE);
    ownership.createContext = createContext;
    expect(errors).toEqual([outageOf("ownership")]);
    expect(data).toMatchObject({ device: { serialNumber: "SN-1", owner: null } });
    expect(text).not.toContain(SECRET);
  });

  test("is not asked again within the same request", async () => {
    ownership.fault = fail(new DomainError("DATABASE_UNAVAILABLE", "gone"));
    const text = `mutation { registerOwnership(connhexId: "connhex-1") { id } again: registerOwnership(connhexId: "connhex-2") { id } }`;
    const { errors } = await gateway.query(text);
    expect(errors).toEqual([outageOf("ownership")]);
    expect(gateway.fetches).toHaveLength(1);
  });

  test("refuses a change as retryable, and says nothing that looks like an answer", async () => {
    ownership.fault = fail(new DomainError("DATABASE_UNAVAILABLE", "gone"));
    const text = `mutation { registerOwnership(connhexId: "connhex-1") { id } }`;
    const { status, data, errors } = await gateway.query(text);
    expect([status, data]).toEqual([200, null]);
    expect(errors).toEqual([outageOf("ownership")]);
  });

  test("and owns the root of the question: null, never an empty device", async () => {
    manufacturing.fault = fail(new DomainError("DATABASE_UNAVAILABLE", "gone"));
    const { data, errors } = await gateway.query(WALK, ONE);
    expect(data).toEqual({ device: null });
    expect(errors).toEqual([outageOf("manufacturing")]);
  });

  test("beside another one that fails: each is named once", async () => {
    ownership.fault = fail(
      new DomainError("SUBGRAPH_UNAVAILABLE", "no answer", { subgraph: "manufacturing" }),
    );
    const { errors } = await gateway.query(WALK, ONE);
    expect(errors).toEqual([outageOf("manufacturing")]);
  });
});

describe("an error that leaves", () => {
  test("is a refusal with its code, message and scalar details, its path and its subgraph", async () => {
    ownership.fault = fail(
      new DomainError("TOO_MANY_ATTEMPTS", "wait 30 s", { seconds: 30, isLocked: true }),
    );
    const text = `mutation { registerOwnership(connhexId: "connhex-1") { id } }`;
    const { errors } = await gateway.query(text);
    expect(errors).toEqual([
      {
        message: "wait 30 s",
        path: ["registerOwnership"],
        extensions: {
          code: "TOO_MANY_ATTEMPTS",
          retryable: true,
          seconds: 30,
          isLocked: true,
          subgraph: "ownership",
        },
      },
    ]);
  });

  test.each([
    ["an error with a secret", new Error(`connect ECONNREFUSED ${SECRET}`)],
    [
      "an error of the database",
      Object.assign(new Error(SECRET), { code: "42P01", detail: SECRET }),
    ],
    [
      "a code that is not on the list",
      Object.assign(new Error(SECRET), { extensions: { code: SECRET } }),
    ],
    [
      "a code that every object has",
      Object.assign(new Error(SECRET), { extensions: { code: "toString" } }),
    ],
    ["text", SECRET],
  ])("is masked when it is %s, and the log has the rest", async (_, error) => {
    ownership.fault = fail(error);
    const { errors, text, headers } = await gateway.query(WALK, ONE);
    expect(errors.length).toBeGreaterThan(0);
    for (const { message, extensions } of errors) {
      expect(message).toBe("internal error");
      expect(extensions).toEqual({
        code: "INTERNAL",
        subgraph: "ownership",
        requestId: headers.get("x-request-id"),
      });
    }
    for (const leak of [
      "postgres:",
      "pa55word",
      "10.1.2.3",
      "42P01",
      ".ts",
      "node_modules",
      "_entities",
    ]) {
      expect(text).not.toContain(leak);
    }
    const faults = logged().filter(({ event }) => event === "fault");
    expect(faults[0]).toMatchObject({ level: "ERROR", id: headers.get("x-request-id") });
    expect(JSON.stringify(faults)).toContain("pa55word");
  });

  test("is one of at most a hundred; the others are counted", async () => {
    ownership.fault = fail(new DomainError("FORBIDDEN", "your roles may not use Device.owner"));
    const text = `{ device(connhexId: "connhex-1") { siblings(first: 500) { owner { displayName } } } }`;
    const { errors, text: answered } = await gateway.query(text);
    expect(errors).toHaveLength(100);
    expect(errors[0]?.path).toEqual(["device", "siblings", 0, "owner"]);
    expect(JSON.parse(answered).extensions).toEqual({ omittedErrors: 300 });
  });
});

describe("a request that is wrong", () => {
  test.each([
    ["a syntax error", "{ device(", {}, "GRAPHQL_PARSE_FAILED"],
    ["an unknown field", "{ devices }", {}, "GRAPHQL_VALIDATION_FAILED"],
    ["an inaccessible field", "{ secret }", {}, "GRAPHQL_VALIDATION_FAILED"],
    ["federation's own fields", "{ _service { sdl } }", {}, "GRAPHQL_VALIDATION_FAILED"],
    [
      "a wrong literal",
      `{ device(connhexId: "connhex-1") { recordedBefore(at: "x") } }`,
      {},
      "GRAPHQL_VALIDATION_FAILED",
    ],
    [
      "a variable missing",
      "query($id: ID!) { device(connhexId: $id) { id } }",
      {},
      "BAD_USER_INPUT",
    ],
    [
      "a variable of a wrong type",
      "query($id: ID!) { device(connhexId: $id) { id } }",
      { id: [1] },
      "BAD_USER_INPUT",
    ],
    [
      "a time that is none",
      `query($at: DateTime!) { device(connhexId: "connhex-1") { recordedBefore(at: $at) } }`,
      { at: "2026-02-31" },
      "BAD_USER_INPUT",
    ],
    [
      "two operations, none named",
      "query A { __typename } query B { __typename }",
      {},
      "BAD_USER_INPUT",
    ],
    [
      "the schema beside data",
      `{ __schema { queryType { name } } device(connhexId: "connhex-1") { id } }`,
      {},
      "BAD_USER_INPUT",
    ],
  ])("%s: is told so, before anything is fetched", async (_, query, variables, code) => {
    const authorization = `Bearer ${await gateway.token()}`;
    const accept = "application/graphql-response+json";
    const { status, errors, data } = await gateway.send(
      { query, variables },
      { authorization, accept },
    );
    expect(errors.map(({ extensions }) => extensions.code)).toEqual([code]);
    expect([status, data]).toEqual([400, undefined]);
    expect(gateway.fetches).toEqual([]);
    expect(logged().filter(({ level }) => level === "ERROR")).toEqual([]);
  });
});
