import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { SignJWT } from "jose";
import type { Caller } from "../../shared/caller.ts";
import { DomainError } from "../../shared/domain-error.ts";
import type { ServiceKeys } from "../../shared/graph/service-keys.ts";
import { serviceSigner } from "../../shared/graph/service-token.ts";
import type { SubgraphServer } from "../../shared/graph/subgraph-server.ts";
import { setLogWriter } from "../../shared/log.ts";
import { type ServedTiny, servedTiny } from "./served-tiny.ts";
import type { TinySubgraph } from "./tiny-subgraphs.ts";

const ANNA: Caller = { subject: "anna", tenant: "demo", roles: ["support"], client: "desk" };
const QUERY = JSON.stringify({ query: `{ device(connhexId: "connhex-1") { subject roles } }` });

let served: ServedTiny;
let gatewayKeys: ServiceKeys;
let ownershipKeys: ServiceKeys;
let service: TinySubgraph;
let server: SubgraphServer;
const lines: string[] = [];
setLogWriter((line) => void lines.push(line));

beforeAll(async () => {
  served = await servedTiny();
  ({ service, server, gatewayKeys, ownershipKeys } = served);
});
afterAll(() => served.close());
beforeEach(() => {
  service.fault = () => undefined;
  service.callers.length = 0;
  lines.length = 0;
});

/** Sends a body with what stands in its authorization header; answers status and text. */
async function send(body: string, authorization?: string, path = "/graphql", method = "POST") {
  const headers = { "content-type": "application/json", ...(authorization && { authorization }) };
  const url = new URL(path, server.url);
  const answer = await fetch(url, { method, headers, ...(method === "POST" && { body }) });
  return { status: answer.status, text: await answer.text() };
}

const asGateway = (body = QUERY, caller = ANNA, audience = "manufacturing") =>
  serviceSigner("gateway", gatewayKeys.privateKey)(audience, body, { caller, requestId: "r-1" });

/** A token with any claims, signed with a key that may be right. */
function forged(claims: Record<string, unknown> = {}, kid = "gateway", key?: KeyObject) {
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT({
    iss: kid,
    aud: "manufacturing",
    sub: "anna",
    tenant: "demo",
    roles: ["support"],
    client: null,
    rid: "r-1",
    jti: randomUUID(),
    iat: now,
    exp: now + 30,
    bh: createHash("sha256").update(QUERY).digest("base64url"),
    ...claims,
  })
    .setProtectedHeader({ alg: "EdDSA", kid })
    .sign(key ?? (kid === "ownership" ? ownershipKeys : gatewayKeys).privateKey);
}

describe("a bare subgraph", () => {
  test("answers whom the gateway vouches for", async () => {
    const { status, text } = await send(QUERY, `Bearer ${await asGateway()}`);
    expect([status, JSON.parse(text)]).toEqual([
      200,
      { data: { device: { subject: "anna", roles: ["support"] } } },
    ]);
    expect(service.callers).toEqual([ANNA]);
  });

  test("takes a forged token of the right shape, so that the refusals below mean something", async () => {
    expect((await send(QUERY, `Bearer ${await forged()}`)).status).toBe(200);
  });

  test("refuses everything else alike", async () => {
    const stranger = generateKeyPairSync("ed25519").privateKey;
    const now = Math.floor(Date.now() / 1_000);
    const entities = JSON.stringify({
      query: `{ _entities(representations: [{ __typename: "Device", id: "x" }]) { __typename } }`,
    });
    const used = await asGateway();
    await send(QUERY, `Bearer ${used}`);
    const cases: [string, string | undefined, string?, string?, string?][] = [
      ["no token", undefined],
      ["no token for entities", undefined, entities],
      ["no token for the schema", undefined, `{"query":"{ _service { sdl } }"}`],
      ["no token for introspection", undefined, `{"query":"{ __schema { queryType { name } } }"}`],
      ["another scheme", `Basic ${await asGateway()}`],
      ["no JWT", "Bearer x"],
      ["a replayed token", `Bearer ${used}`],
      ["a swapped body", `Bearer ${await asGateway()}`, entities],
      ["a body with one more space", `Bearer ${await asGateway()}`, `${QUERY} `],
      ["no body", `Bearer ${await asGateway()}`, ""],
      ["a list of requests", `Bearer ${await asGateway(`[${QUERY}]`)}`, `[${QUERY}]`],
      ["broken JSON", `Bearer ${await asGateway("{")}`, "{"],
      ["a token for another subgraph", `Bearer ${await asGateway(QUERY, ANNA, "ownership")}`],
      ["an unknown key", `Bearer ${await forged({}, "gateway", stranger)}`],
      ["an unknown issuer", `Bearer ${await forged({}, "somebody", stranger)}`],
      ["itself", `Bearer ${await forged({}, "manufacturing", stranger)}`],
      ["another issuer than the key's", `Bearer ${await forged({ iss: "ownership" })}`],
      ["expired", `Bearer ${await forged({ iat: now - 60, exp: now - 30 })}`],
      ["too long a life", `Bearer ${await forged({ exp: now + 3_600 })}`],
      ["issued later", `Bearer ${await forged({ iat: now + 3_600, exp: now + 3_630 })}`],
      ["no end", `Bearer ${await forged({ exp: undefined })}`],
      ["no id", `Bearer ${await forged({ jti: undefined })}`],
      ["no body hash", `Bearer ${await forged({ bh: undefined })}`],
      ["no tenant", `Bearer ${await forged({ tenant: undefined })}`],
      ["an odd tenant", `Bearer ${await forged({ tenant: "demo' OR 1=1" })}`],
      ["roles as text", `Bearer ${await forged({ roles: "support" })}`],
      ["the role service from the gateway", `Bearer ${await forged({ roles: ["service"] })}`],
      ["an unknown role", `Bearer ${await forged({ roles: ["root"] })}`],
      ["a person from a peer", `Bearer ${await forged({}, "ownership")}`],
      [
        "a peer as admin",
        `Bearer ${await forged({ sub: "service:ownership", roles: ["admin"] }, "ownership")}`,
      ],
      [
        "a peer as two",
        `Bearer ${await forged({ sub: "service:ownership", roles: ["service", "admin"] }, "ownership")}`,
      ],
      [
        "a peer as another one",
        `Bearer ${await forged({ sub: "service:gateway", roles: ["service"] }, "ownership")}`,
      ],
      ["another path", `Bearer ${await asGateway()}`, QUERY, "/"],
      ["a longer path", `Bearer ${await asGateway()}`, QUERY, "/graphql/"],
      ["a query string", `Bearer ${await asGateway()}`, QUERY, "/graphql?query={__typename}"],
      ["GET", `Bearer ${await asGateway("")}`, "", "/graphql?query={__typename}", "GET"],
    ];
    service.callers.length = 0;
    const answers = new Set<string>();
    for (const [reason, authorization, body = QUERY, path, method] of cases) {
      const { status, text } = await send(body, authorization, path, method);
      expect([reason, status]).toEqual([reason, 401]);
      answers.add(text);
    }
    expect([...answers]).toHaveLength(1);
    expect(service.callers).toEqual([]);
  });

  test("believes a peer that asks for itself", async () => {
    const claims = { sub: "service:ownership", roles: ["service"] };
    const { text } = await send(QUERY, `Bearer ${await forged(claims, "ownership")}`);
    expect(JSON.parse(text).data.device).toEqual({
      subject: "service:ownership",
      roles: ["service"],
    });
  });

  test("takes a token once, also when it comes twice at the same moment", async () => {
    const token = `Bearer ${await asGateway()}`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(QUERY, token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("tells no one its schema by introspection", async () => {
    const body = JSON.stringify({ query: "{ __schema { queryType { name } } }" });
    const { text } = await send(body, `Bearer ${await asGateway(body)}`);
    expect(text).not.toContain("queryType");
  });

  test("says to everybody whether it lives and is ready, and no more", async () => {
    expect(await send("", undefined, "/livez", "GET")).toEqual({ status: 200, text: "{}" });
    expect((await send("", undefined, "/readyz", "GET")).status).toBe(200);
    service.fault = () => {
      throw new Error("postgres://secret");
    };
    expect(await send("", undefined, "/readyz", "GET")).toEqual({
      status: 503,
      text: `{"ready":false}`,
    });
  });

  test("masks its faults, with the request id in the log alone", async () => {
    service.fault = () => {
      throw new Error("postgres://secret");
    };
    const { text } = await send(QUERY, `Bearer ${await asGateway()}`);
    expect(JSON.parse(text)).toEqual({
      data: { device: null },
      errors: [{ message: "internal error", path: ["device"], extensions: { code: "INTERNAL" } }],
    });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: "ERROR",
        event: "fault",
        id: "r-1",
        stack: expect.stringContaining("secret"),
      }),
      expect.objectContaining({ event: "request", id: "r-1", codes: ["INTERNAL"] }),
    ]);
  });

  test("leaves one line in the log of each request, with the id that the gateway vouched for", async () => {
    const query = `query Walk__1 { device(connhexId: "connhex-1") { serialNumber } }`;
    const body = JSON.stringify({ query });
    await send(body, `Bearer ${await asGateway(body)}`);
    await send(body, "Bearer nobody's");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        at: expect.any(String),
        level: "INFO",
        event: "request",
        subgraph: "manufacturing",
        id: "r-1",
        operation: "Walk__1",
        status: 200,
        codes: [],
        ms: expect.any(Number),
      },
    ]);
  });

  test("tells its metrics to this machine", async () => {
    await send(QUERY, `Bearer ${await asGateway()}`);
    const { status, text } = await send("", undefined, "/metrics", "GET");
    expect(status).toBe(200);
    expect(text).toMatch(
      /^tracegraph_subgraph_requests_total\{subgraph="manufacturing",status="200",code="none"\} \d+$/m,
    );
    const url = new URL("/metrics", server.url);
    const proxied = await fetch(url, { headers: { "x-forwarded-for": "203.0.113.9" } });
    expect(proxied.status).toBe(401);
  });

  test("tells refusals with their code and details", async () => {
    service.fault = () => {
      throw new DomainError("STALE_REVISION", "the present revision is 3", { present: 3 });
    };
    const { text } = await send(QUERY, `Bearer ${await asGateway()}`);
    expect(JSON.parse(text).errors).toEqual([
      {
        message: "the present revision is 3",
        path: ["device"],
        extensions: { code: "STALE_REVISION", present: 3 },
      },
    ]);
  });
});
