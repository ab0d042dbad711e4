import { chmod, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { decodeJwt } from "jose";
import { readGatewayConfig, readGatewaySettings } from "../../gateway/config.ts";
import { openDevelopmentIssuer } from "../../gateway/identity/development-issuer.ts";
import { tokenCheck } from "../../gateway/identity/token-check.ts";

describe("the configuration", () => {
  test("of nothing is one process on port 4000 of this machine, with the development issuer", () => {
    expect(readGatewaySettings({})).toEqual({
      host: "127.0.0.1",
      port: 4000,
      issuer: { kind: "development", dataFolder: "./data" },
      remote: null,
      proxies: 0,
      metricsToken: null,
      servesGraphiql: true,
      exports: { folder: "data/exports" },
      webhooks: null,
    });
  });

  test("of webhooks is the key for their secrets, and which addresses within they may reach", () => {
    const key = Buffer.alloc(32, 7);
    const given = { GATEWAY_ENCRYPTION_KEY: key.toString("base64") };
    expect(readGatewaySettings(given).webhooks).toEqual({
      ...{ encryptionKey: key, allowedAddresses: [] },
    });
    const networks = { ...given, WEBHOOK_ALLOWED_ADDRESSES: "10.1.0.0/16, ::1" };
    expect(readGatewaySettings(networks).webhooks?.allowedAddresses).toEqual([
      ...["10.1.0.0/16", "::1"],
    ]);
    for (const text of ["secret", Buffer.alloc(31).toString("base64")]) {
      const settings = { GATEWAY_ENCRYPTION_KEY: text };
      expect(() => readGatewaySettings(settings)).toThrow("GATEWAY_ENCRYPTION_KEY");
    }
    for (const text of ["localhost", "10.0.0.0/64", "*"]) {
      const settings = { WEBHOOK_ALLOWED_ADDRESSES: text };
      expect(() => readGatewaySettings(settings)).toThrow("WEBHOOK_ALLOWED_ADDRESSES");
    }
  });

  test("of exports is their folder, how much of it may be used, and for how long", () => {
    const given = { EXPORTS_DIR: "/exports", EXPORTS_MEGABYTES: "2", EXPORTS_KEPT_MINUTES: "3" };
    const { exports } = readGatewaySettings(given);
    expect(exports).toEqual({ folder: "/exports", bytesMost: 2_097_152, keptMs: 180_000 });
    expect(readGatewaySettings({ DATA_DIR: "/d" }).exports).toEqual({ folder: "/d/exports" });
    for (const name of ["EXPORTS_MEGABYTES", "EXPORTS_KEPT_MINUTES"]) {
      for (const text of ["0", "-1", "1.5", "much"]) {
        expect(() => readGatewaySettings({ [name]: text })).toThrow(name);
      }
    }
  });

  test("of a gateway on its own names its database beside that", () => {
    const databaseUrl = "postgres://gateway_app@localhost/gateway";
    expect(readGatewayConfig({ GATEWAY_DATABASE_URL: databaseUrl })).toEqual({
      ...readGatewaySettings({}),
      databaseUrl,
    });
  });

  test("of a real issuer finds its keys where they usually are, or where it is told", () => {
    const issuer = { OIDC_ISSUER: "https://id.example/", OIDC_AUDIENCE: "graph" };
    expect(readGatewaySettings(issuer).issuer).toEqual({
      kind: "oidc",
      issuer: "https://id.example/",
      audience: "graph",
      jwksUrl: "https://id.example/.well-known/jwks.json",
    });
    const told = { ...issuer, OIDC_JWKS_URL: "http://keys.example/k" };
    expect(readGatewaySettings(told).issuer).toMatchObject({ jwksUrl: "http://keys.example/k" });
  });

  test.each<[string, Record<string, string>, boolean]>([
    ["with the development issuer", {}, true],
    ["with it, where it is not wanted", { GRAPHIQL: "off" }, false],
    ["with a real issuer", { OIDC_ISSUER: "https://id.example", OIDC_AUDIENCE: "graph" }, false],
    [
      "with a real issuer, where it is wanted",
      { OIDC_ISSUER: "https://id.example", OIDC_AUDIENCE: "graph", GRAPHIQL: "on" },
      true,
    ],
  ])("%s: whether GraphiQL is served", (_, env, isServed) => {
    expect(readGatewaySettings(env).servesGraphiql).toBe(isServed);
  });

  test.each([
    ["GRAPHIQL", { GRAPHIQL: "yes" }],
    ["PORT", { PORT: "99999" }],
    ["PORT", { PORT: "4000x" }],
    ["OIDC_ISSUER", { OIDC_ISSUER: "id.example", OIDC_AUDIENCE: "graph" }],
    ["OIDC_AUDIENCE", { OIDC_ISSUER: "https://id.example" }],
    [
      "OIDC_JWKS_URL",
      {
        OIDC_ISSUER: "https://id.example",
        OIDC_AUDIENCE: "graph",
        OIDC_JWKS_URL: "file:///etc/passwd",
      },
    ],
    ["OIDC_AUDIENCE is set, but OIDC_ISSUER is not", { OIDC_AUDIENCE: "graph" }],
    [
      "SERVICE_KEYS_DIR",
      { MANUFACTURING_URL: "http://m:1/graphql", OWNERSHIP_URL: "http://o:1/graphql" },
    ],
    ["GATEWAY_DATABASE_URL is not set", {}],
    ["GATEWAY_DATABASE_URL must begin", { GATEWAY_DATABASE_URL: "mysql://x" }],
    ["OWNERSHIP_URL", { MANUFACTURING_URL: "http://m:1/graphql", SERVICE_KEYS_DIR: "/keys" }],
    ["MANUFACTURING_URL", { OWNERSHIP_URL: "http://o:1/graphql", SERVICE_KEYS_DIR: "/keys" }],
  ])("fails naming %s", (name, env) => {
    expect(() => readGatewayConfig(env)).toThrow(name);
  });
});

describe("the development issuer", () => {
  let folder: string;
  const check = () => tokenCheck({ kind: "development", dataFolder: folder });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tracegraph-issuer-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("keeps one key, which only its owner may read, also when opened many times at once", async () => {
    const issuers = await Promise.all(
      Array.from({ length: 8 }, () => openDevelopmentIssuer(folder)),
    );
    const keys = issuers.map(({ publicKey }) => publicKey.export({ format: "jwk" }).x);
    expect(new Set(keys).size).toBe(1);
    expect((await stat(join(folder, "development-issuer.json"))).mode & 0o777).toBe(0o600);
  });

  test("signs for a role, and names it as the subject", async () => {
    const issuer = await openDevelopmentIssuer(folder);
    const token = await issuer.sign({ roles: ["support"], tenants: ["demo"], lifetimeSeconds: 60 });
    const { exp = 0, iat = 0, sub } = decodeJwt(token);
    expect([sub, exp - iat]).toEqual(["dev:support", 60]);
    expect(await (await check())(token)).toEqual({
      subject: "dev:support",
      tenants: ["demo"],
      roles: ["support"],
      client: "tracegraph-cli",
    });
  });

  test("signs for no tenant that cannot exist", async () => {
    const issuer = await openDevelopmentIssuer(folder);
    expect(() => issuer.sign({ roles: ["support"], tenants: ["Demo!"] })).toThrow("Demo!");
  });

  test("refuses a key file that others may read", async () => {
    const path = join(folder, "development-issuer.json");
    await chmod(path, 0o644);
    await expect(openDevelopmentIssuer(folder)).rejects.toThrow("chmod 600");
    await chmod(path, 0o600);
  });

  test("refuses to exist beside a real one", async () => {
    process.env.OIDC_ISSUER = "https://id.example";
    await expect(openDevelopmentIssuer(folder)).rejects.toThrow("OIDC_ISSUER");
    delete process.env.OIDC_ISSUER;
  });
});
