import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { base64url, exportJWK, SignJWT, UnsecuredJWT } from "jose";
import { tokenCheck } from "../../gateway/identity/token-check.ts";
import { setLogWriter } from "../../shared/log.ts";
import { type Answer, type TestGateway, testGateway } from "../support/gateway.ts";
import { type TinySubgraph, tinyManufacturing, tinyOwnership } from "./tiny-subgraphs.ts";

const DEVICE = `{ device(connhexId: "connhex-1") { serialNumber subject roles } }`;
let gateway: TestGateway;
let manufacturing: TinySubgraph;
const stranger = generateKeyPairSync("ed25519").privateKey;
setLogWriter(() => undefined);

beforeAll(async () => {
  manufacturing = tinyManufacturing();
  gateway = await testGateway({ services: [manufacturing, tinyOwnership()] });
});
afterAll(() => gateway.close());

/** A token of the development issuer's shape, with one thing changed. */
function forged(
  change: {
    key?: KeyObject | Uint8Array;
    header?: Record<string, unknown>;
    claims?: Record<string, unknown>;
    expires?: number;
  } = {},
): Promise<string> {
  const claims = { tenants: ["demo"], roles: ["admin"], client_id: "test", ...change.claims };
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT({
    iss: gateway.issuer.issuer,
    aud: "tracegraph",
    sub: "dev:admin",
    exp: change.expires ?? now + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: "EdDSA", ...change.header })
    .sign(change.key ?? stranger);
}

function ask(authorization: string | null, headers: Record<string, string> = {}): Promise<Answer> {
  const named = authorization === null ? {} : { authorization };
  return gateway.send({ query: DEVICE }, { ...named, ...headers });
}

describe("who is not known", () => {
  test("gets one answer, whatever the reason", async () => {
    const good = await gateway.token({ roles: ["admin"] });
    const [head = "", body = "", signature = ""] = good.split(".");
    const mended = (claims: object) => base64url.encode(JSON.stringify(claims));
    const own = JSON.parse(Buffer.from(body, "base64url").toString());
    const publicPem = gateway.issuer.publicKey.export({ type: "spki", format: "pem" });
    const jwk = await exportJWK(stranger);
    const { d: _, ...publicJwk } = jwk;
    const unsecured = new UnsecuredJWT({ ...own }).encode();
    const cases: [string, string | null, Record<string, string>?][] = [
      ["nothing", null],
      ["an empty header", ""],
      ["no scheme", good],
      ["another scheme", `Basic ${good}`],
      ["two tokens", `Bearer ${good} ${good}`],
      ["not a token", "Bearer x"],
      ["a token of megabytes", `Bearer ${"a".repeat(9_000)}`],
      ["a foreign key", `Bearer ${await forged()}`],
      [
        "changed claims",
        `Bearer ${head}.${mended({ ...own, roles: ["admin", "x"] })}.${signature}`,
      ],
      ["a cut signature", `Bearer ${good.slice(0, -4)}`],
      ["no signature", `Bearer ${head}.${body}.`],
      ["algorithm none", `Bearer ${unsecured}`],
      [
        "the public key as HMAC secret",
        `Bearer ${await forged({ key: Buffer.from(publicPem), header: { alg: "HS256" } })}`,
      ],
      ["its own key", `Bearer ${await forged({ header: { jwk: publicJwk } })}`],
      ["a place of keys", `Bearer ${await forged({ header: { jku: "http://127.0.0.1:1/" } })}`],
      ["expired", `Bearer ${await gateway.token({ lifetimeSeconds: -10 })}`],
      ["no tenant", `Bearer ${await gateway.token({ tenants: [] })}`],
      ["a foreign tenant", `Bearer ${good}`, { "x-tenant": "other" }],
      ["an empty tenant", `Bearer ${good}`, { "x-tenant": "" }],
      ["two tenants at once", `Bearer ${good}`, { "x-tenant": "demo, demo" }],
    ];
    const seen = new Set<string>();
    for (const [reason, authorization, headers] of cases) {
      const { status, headers: answered, text } = await ask(authorization, headers);
      const { date: _date, "x-request-id": id, ...others } = Object.fromEntries(answered);
      expect([reason, status, answered.get("www-authenticate")]).toEqual([reason, 401, "Bearer"]);
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
      seen.add(JSON.stringify({ text, ...others, connection: "", "keep-alive": "" }));
    }
    expect([...seen]).toHaveLength(1);
    expect([...seen][0]).toContain("UNAUTHENTICATED");
    expect(gateway.fetches).toEqual([]);
  });

  test("gets it for introspection, GET and broken JSON too", async () => {
    const { url } = gateway.gateway;
    const introspection = await gateway.send({ query: "{ __schema { queryType { name } } }" });
    const get = await fetch(`${url}/graphql?query={__typename}`);
    const broken = await gateway.send("{");
    expect([introspection.status, get.status, broken.status]).toEqual([401, 401, 401]);
    expect(await get.text()).toBe(introspection.text);
    expect(broken.text).toBe(introspection.text);
  });
});

describe("who is known", () => {
  test("acts in the token's first tenant, or in the one asked for", async () => {
    const token = `Bearer ${await gateway.token({ tenants: ["demo", "acme"] })}`;
    manufacturing.callers.length = 0;
    await ask(token);
    await ask(token, { "x-tenant": "acme" });
    expect(manufacturing.callers.map(({ tenant }) => tenant)).toEqual(["demo", "acme"]);
  });

  test("is who the token says, whatever other headers claim", async () => {
    const token = `Bearer ${await gateway.token({ roles: ["support"], subject: "anna", client: "desk" })}`;
    manufacturing.callers.length = 0;
    await ask(token, {
      "x-user": "root",
      "x-roles": "admin",
      "x-subject": "root",
      "x-forwarded-user": "root",
      "x-service-token": "x",
      "x-client": "other",
      cookie: "roles=admin",
    });
    expect(manufacturing.callers).toEqual([
      { subject: "anna", tenant: "demo", roles: ["support"], client: "desk" },
    ]);
  });

  test("has no role that is not on the list, least of all that of a service", async () => {
    const roles = ["service", "root", "analyst", "__proto__"] as never;
    const { data } = await ask(`Bearer ${await gateway.token({ roles, subject: "eve" })}`);
    expect(data).toMatchObject({ device: { roles: ["analyst"] } });
  });

  test.each([
    "service:ownership",
    "client:acme",
    "owner:7",
    `erased:${"0".repeat(64)}`,
    "person:x",
    "webhook:erp",
    "gateway",
  ])("is not %s by name", async (subject) => {
    const { status } = await ask(`Bearer ${await gateway.token({ subject })}`);
    expect(status).toBe(401);
  });
});

describe("a real issuer", () => {
  const es256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const rs256 = generateKeyPairSync("rsa", { modulusLength: 2048 });
  let asked = 0;
  let isBroken = false;
  const server = createServer(async (_, response) => {
    asked++;
    if (isBroken) return response.writeHead(500).end();
    const keys = [
      { ...(await exportJWK(es256.publicKey)), kid: "e", alg: "ES256" },
      { ...(await exportJWK(rs256.publicKey)), kid: "r", alg: "RS256" },
    ];
    return response.end(JSON.stringify({ keys }));
  });
  const issuer = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const check = () =>
    tokenCheck({
      kind: "oidc",
      issuer: issuer(),
      audience: "graph",
      jwksUrl: `${issuer()}/.well-known/jwks.json`,
    });
  const signed = (change: Record<string, unknown> = {}, alg = "ES256", kid = "e") =>
    new SignJWT({
      iss: issuer(),
      aud: "graph",
      sub: "anna",
      exp: Math.floor(Date.now() / 1_000) + 60,
      tenants: ["demo"],
      roles: ["support", "unknown"],
      azp: "desk",
      ...change,
    })
      .setProtectedHeader({ alg, kid })
      .sign(alg === "ES256" ? es256.privateKey : rs256.privateKey);

  test("is believed with ES256 and RS256, and its keys are fetched once", async () => {
    const checked = await check();
    asked = 0;
    const bearer = { subject: "anna", tenants: ["demo"], roles: ["support"], client: "desk" };
    expect(await checked(await signed())).toEqual(bearer);
    expect(await checked(await signed({}, "RS256", "r"))).toEqual(bearer);
    expect(asked).toBe(1);
  });

  test.each([
    ["another issuer", { iss: "https://elsewhere.example" }],
    ["another audience", { aud: "other" }],
    ["no audience", { aud: undefined }],
    ["no end", { exp: undefined }],
    ["no subject", { sub: undefined }],
    ["tenants as text", { tenants: "demo" }],
    ["a tenant of odd letters", { tenants: ["Demo;"] }],
  ])("is not believed with %s", async (_, change) => {
    expect(await (await check())(await signed(change))).toBeNull();
  });

  test("is not believed with an algorithm that is not listed, or a key that it does not have", async () => {
    const checked = await check();
    expect(await checked(await signed({}, "RS512", "r"))).toBeNull();
    expect(await checked(await signed({}, "ES256", "nowhere"))).toBeNull();
    expect(await checked(await gateway.token())).toBeNull();
  });

  test("that cannot be asked is an outage and no verdict", async () => {
    isBroken = true;
    await expect((await check())(await signed())).rejects.toThrow("200 OK");
    isBroken = false;
  });
});
