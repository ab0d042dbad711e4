import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { auditServer } from "graphql-http";
import { setLogWriter } from "../../shared/log.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { type TinySubgraph, tinyManufacturing, tinyOwnership } from "./tiny-subgraphs.ts";

let gateway: TestGateway;
let manufacturing: TinySubgraph;
let ownership: TinySubgraph;
const lines: string[] = [];
setLogWriter((line) => void lines.push(line));

const signalListeners = process.listenerCount("SIGTERM");

beforeAll(async () => {
  manufacturing = tinyManufacturing();
  ownership = tinyOwnership();
  gateway = await testGateway({ services: [manufacturing, ownership] });
});
afterAll(() => gateway.close());
beforeEach(() => {
  manufacturing.fault = () => undefined;
  ownership.fault = () => undefined;
  lines.length = 0;
});

const get = (path: string, init: RequestInit = {}) => fetch(`${gateway.gateway.url}${path}`, init);
const bearer = async () => ({ authorization: `Bearer ${await gateway.token()}` });

describe("the routes", () => {
  test("/livez answers while the process lives, /readyz while each subgraph can be asked", async () => {
    expect((await get("/livez")).status).toBe(200);
    const ready = await get("/readyz");
    expect([ready.status, await ready.json()]).toEqual([
      200,
      {
        ready: true,
        database: true,
        ledger: true,
        planner: true,
        open: true,
        subgraphs: { manufacturing: true, ownership: true },
      },
    ]);
    ownership.fault = () => {
      throw new Error("postgres://secret");
    };
    const unready = await get("/readyz");
    expect([unready.status, await unready.json()]).toEqual([
      503,
      {
        ready: false,
        database: true,
        ledger: true,
        planner: true,
        open: true,
        subgraphs: { manufacturing: true, ownership: false },
      },
    ]);
    expect((await get("/livez")).status).toBe(200);
  });

  test("/graphiql comes packed, once made, and is not there where nobody wants it", async () => {
    const headers = { "accept-encoding": "br, gzip" };
    const page = await get("/graphiql", { headers });
    expect(page.headers.get("content-encoding")).toBe("gzip");
    expect(Number(page.headers.get("content-length"))).toBeLessThan(4_000_000);
    expect(await page.text()).toContain("Bearer <token>");
    const services = [manufacturing, ownership];
    const other = await testGateway({ services, servesGraphiql: false });
    const none = await fetch(`${other.gateway.url}/graphiql`);
    expect([none.status, await none.json()]).toEqual([404, { error: "not found" }]);
    await other.close();
  });

  test("/graphiql is one page that may reach no other host", async () => {
    const page = await get("/graphiql", { headers: { "accept-encoding": "identity" } });
    expect(page.headers.get("content-encoding")).toBeNull();
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const text = await page.text();
    expect(text).toContain("Bearer <token>");
    // A subscription by GET would be refused.
    expect(text).toContain(`"method":"POST"`);
    expect(text).not.toMatch(/<(script|link|img)[^>]+(src|href)="(https?:)?\/\//);
  });

  test.each([
    ["/", "GET"],
    ["/graphql/x", "POST"],
    ["/healthcheck", "GET"],
    ["/readiness", "GET"],
    ["/graphiql", "POST"],
    ["/.env", "GET"],
    ["//graphql", "GET"],
  ])("%s by %s is not there", async (path, method) => {
    const answer = await get(path, { method });
    expect([answer.status, await answer.json()]).toEqual([404, { error: "not found" }]);
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("/graphql", () => {
  test("passes the audit of GraphQL over HTTP", async () => {
    const headers = await bearer();
    const results = await auditServer({
      url: `${gateway.gateway.url}/graphql`,
      fetchFn: (url: string, init: RequestInit = {}) =>
        fetch(url, { ...init, headers: { ...(init.headers as object), ...headers } }),
    });
    const missed = results.filter(({ status }) => status !== "ok");
    expect(missed.map(({ id, name, status }) => `${status} ${id} ${name}`)).toEqual([]);
    expect(results).toHaveLength(61);
  });

  test("answers queries by GET, and no changes", async () => {
    const headers = await bearer();
    const query = `/graphql?query=${encodeURIComponent(`{ device(connhexId: "connhex-1") { id } }`)}`;
    expect((await get(query, { headers })).status).toBe(200);
    const change = `/graphql?query=${encodeURIComponent(`mutation { registerOwnership(connhexId: "connhex-1") { id } }`)}`;
    gateway.fetches.length = 0;
    const refused = await get(change, { headers });
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "POST"]);
    expect(gateway.fetches).toEqual([]);
  });

  test.each([
    ["another method", { method: "PUT", body: "{}" }, 405],
    ["text", { method: "POST", body: "{}", headers: { "content-type": "text/plain" } }, 415],
    ["a form", { method: "POST", body: new URLSearchParams({ query: "{ __typename }" }) }, 415],
    ["no content type", { method: "POST" }, 415],
    [
      "a coded body",
      {
        method: "POST",
        body: "{}",
        headers: { "content-type": "application/json", "content-encoding": "gzip" },
      },
      415,
    ],
    [
      "a body of 5 MB",
      {
        method: "POST",
        body: "x".repeat(5_000_000),
        headers: { "content-type": "application/json" },
      },
      413,
    ],
  ])("refuses %s", async (_, init: RequestInit, status) => {
    const headers = { ...(init.headers as object), ...(await bearer()) };
    const answer = await get("/graphql", { ...init, headers });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({
      errors: [{ extensions: { code: expect.any(String) } }],
    });
  });

  test.each([
    ["broken JSON", "{", 400],
    ["JSON that is no object", "[]", 400],
    ["a list of requests", `[{"query":"{ __typename }"}]`, 400],
    ["null", "null", 400],
    ["a query that is no text", `{"query":{"a":1}}`, 400],
    ["variables that are no object", `{"query":"{ __typename }","variables":"x"}`, 400],
    ["JSON without end", "[".repeat(100_000), 400],
  ])("answers %s with a status of the client's fault and no secret", async (_, body, status) => {
    const answer = await gateway.send(body, await bearer());
    expect(answer.status).toBe(status);
    for (const { extensions } of answer.errors) expect(extensions.code).toBe("BAD_USER_INPUT");
    expect(answer.text).not.toMatch(/node_modules|\.ts|at .*:\d+/);
  });

  test.each(["multipart/mixed", "text/event-stream", "image/png"])(
    "answers in one piece, and refuses a client that takes nothing but %s",
    async (accept) => {
      const headers = { ...(await bearer()), accept };
      const refused = await get("/graphql?query={__typename}", { headers });
      expect([refused.status, (await refused.json()).errors[0].extensions.code]).toEqual([
        406,
        "BAD_USER_INPUT",
      ]);
      headers.accept = `${accept}, application/json;q=0.1`;
      const answer = await get("/graphql?query={__typename}", { headers });
      expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
      expect(answer.headers.get("transfer-encoding")).toBeNull();
      expect(await answer.json()).toEqual({ data: { __typename: "Query" } });
    },
  );

  test("refuses a subscription as the client's mistake, not as a fault", async () => {
    const { errors } = await gateway.query("subscription { anything }");
    expect(errors[0]?.extensions.code).toBe("BAD_USER_INPUT");
    expect(lines.filter((line) => line.includes("ERROR"))).toEqual([]);
  });

  test("refuses names that every object has, and they change nothing for others", async () => {
    const { errors } = await gateway.query('{ __proto__: device(connhexId: "connhex-1") { id } }');
    expect(errors[0]?.extensions.code).toBe("BAD_USER_INPUT");
    await gateway.send(
      `{"query":"query($id: ID!) { device(connhexId: $id) { id } }","variables":{"id":"connhex-1","__proto__":{"polluted":true}},"extensions":{"__proto__":{"polluted":true}}}`,
      await bearer(),
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("does not share an answer among callers who ask the same at the same moment", async () => {
    const query = `{ device(connhexId: "connhex-1") { subject } }`;
    const subjects = Array.from({ length: 40 }, (_, n) => `person-${n}`);
    const answers = await Promise.all(
      subjects.map(async (subject) => {
        const authorization = `Bearer ${await gateway.token({ subject })}`;
        return gateway.send({ query }, { authorization });
      }),
    );
    expect(
      answers.map(({ data }) => (data as { device: { subject: string } }).device.subject),
    ).toEqual(subjects);
  });

  test("leaves one line in the log, with the id of the answer and nothing of the question", async () => {
    const query = `query Walk($id: ID!) { device(connhexId: $id) { serialNumber } }`;
    const { headers } = await gateway.query(query, { id: "connhex-1" });
    const [line, ...more] = lines.map((text) => JSON.parse(text));
    expect(more).toEqual([]);
    expect(line).toEqual({
      at: expect.any(String),
      level: "INFO",
      event: "request",
      client: "tracegraph-cli",
      document: null,
      id: headers.get("x-request-id"),
      operation: "Walk",
      status: 200,
      codes: [],
      ms: expect.any(Number),
    });
  });

  test("names the codes of its errors in the log", async () => {
    await gateway.query("{ nothing }");
    await gateway.send("{}", {});
    expect(lines.map((text) => JSON.parse(text).codes)).toEqual([
      ["GRAPHQL_VALIDATION_FAILED"],
      ["UNAUTHENTICATED"],
    ]);
  });
});

describe("the end", () => {
  test("finishes what is in flight, and accepts nothing more", async () => {
    const other = await testGateway({ services: [manufacturing, ownership] });
    let begun = 0;
    manufacturing.fault = () => new Promise((resolve) => setTimeout(resolve, 300, begun++));
    const text = `{ device(connhexId: "connhex-1") { serialNumber } }`;
    const asked = [1, 2, 3].map(() => other.query(text));
    while (begun < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    const closed = other.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(fetch(`${other.gateway.url}/livez`)).rejects.toThrow();
    for (const { data } of await Promise.all(asked)) {
      expect(data).toEqual({ device: { serialNumber: "SN-1" } });
    }
    await closed;
  });

  test("is not begun by a signal behind our back: what is in flight is still answered", async () => {
    manufacturing.fault = () => new Promise((resolve) => setTimeout(resolve, 200));
    const asked = gateway.query(
      `{ device(connhexId: "connhex-1") { serialNumber owner { displayName } } }`,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(process.listenerCount("SIGTERM")).toBe(signalListeners);
    process.emit("SIGTERM");
    const { data, errors } = await asked;
    expect(errors).toEqual([]);
    expect(data).toEqual({
      device: { serialNumber: "SN-1", owner: { displayName: "Owner of connhex-1" } },
    });
    expect((await gateway.query("{ __typename }")).errors).toEqual([]);
  });

  test("does not wait for connections that ask nothing", async () => {
    const other = await testGateway({ services: [manufacturing, ownership] });
    const silent = connect(other.gateway.port, "127.0.0.1");
    await new Promise((resolve) => silent.once("connect", resolve));
    const idle = request({ port: other.gateway.port, path: "/livez", agent: false }).end();
    await new Promise((resolve) =>
      idle.once("response", (answer) => answer.resume().once("end", resolve)),
    );
    const began = performance.now();
    silent.on("error", () => undefined);
    await other.close();
    expect(performance.now() - began).toBeLessThan(2_000);
    silent.destroy();
  });
});
