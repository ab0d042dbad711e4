import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { exportJWK, SignJWT } from "jose";
import { type TokenCheck, tokenCheck } from "../../gateway/identity/token-check.ts";

const pairs = {
  old: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  new: generateKeyPairSync("ec", { namedCurve: "P-256" }),
};
type Kid = keyof typeof pairs;

/** The keys that the issuer has at present, and how often it was asked for them. */
let published: Kid[] = ["old"];
let asked = 0;
const server = createServer(async (_, response) => {
  asked++;
  const keys = published.map(async (kid) => ({
    ...(await exportJWK(pairs[kid].publicKey)),
    ...{ kid, alg: "ES256" },
  }));
  response.end(JSON.stringify({ keys: await Promise.all(keys) }));
});
let check: TokenCheck;
let tokens = 0;

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
beforeAll(() => {
  // The clock alone stands still: what waits for the network goes on.
  jest.useFakeTimers({
    now: 1_800_000_000_000,
    doNotFake: [
      ...(["hrtime", "nextTick", "performance", "queueMicrotask", "setImmediate"] as const),
      ...([
        "clearImmediate",
        "setInterval",
        "clearInterval",
        "setTimeout",
        "clearTimeout",
      ] as const),
    ],
  });
});
afterAll(() => {
  jest.useRealTimers();
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  published = ["old"];
  asked = 0;
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  check = await tokenCheck({ kind: "oidc", issuer, audience: "graph", jwksUrl: issuer });
});

const later = (seconds: number) => jest.setSystemTime(Date.now() + seconds * 1_000);

/** A token of its own each time, by one of the keys. */
function signed(kid: Kid, claims: { exp?: number; nbf?: number } = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const iss = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const more = { exp: now + 86_400, jti: `${++tokens}`, tenants: ["demo"], ...claims };
  return new SignJWT({ iss, aud: "graph", sub: "anna", ...more })
    .setProtectedHeader({ alg: "ES256", kid })
    .sign(pairs[kid].privateKey);
}
const isBelieved = async (token: string | Promise<string>) => (await check(await token)) !== null;

describe("an issuer that changes its keys", () => {
  test("is believed with a new one 30 s after its keys were fetched last, at the latest", async () => {
    expect(await isBelieved(signed("old"))).toBe(true);
    published = ["old", "new"];
    later(29);
    expect(await isBelieved(signed("new"))).toBe(false);
    later(2);
    expect(await isBelieved(signed("new"))).toBe(true);
    expect(await isBelieved(signed("old"))).toBe(true);
    expect(asked).toBe(2);
  });

  test("is believed with a withdrawn one for ten minutes at most", async () => {
    expect(await isBelieved(signed("old"))).toBe(true);
    published = ["new"];
    later(9 * 60);
    expect(await isBelieved(signed("old"))).toBe(true);
    later(61);
    expect(await isBelieved(signed("old"))).toBe(false);
    expect(asked).toBe(2);
  });

  test("is believed a minute longer with a token that was checked before, and no longer", async () => {
    const token = await signed("old");
    later(2);
    expect(await isBelieved(token)).toBe(true);
    published = ["new"];
    later(50);
    expect(await isBelieved(signed("new"))).toBe(true);
    expect([await isBelieved(token), await isBelieved(signed("old"))]).toEqual([true, false]);
    later(11);
    expect(await isBelieved(token)).toBe(false);
  });
});

describe("a clock that differs from the issuer's", () => {
  test.each<[string, number, boolean]>([
    ["over for 4 s is believed", -4, true],
    ["over for 6 s is not", -6, false],
  ])("a token that is %s", async (_, seconds, outcome) => {
    const exp = Math.floor(Date.now() / 1_000) + seconds;
    expect(await isBelieved(signed("old", { exp }))).toBe(outcome);
  });

  test.each<[string, number, boolean]>([
    ["5 s is believed", 5, true],
    ["6 s is not", 6, false],
  ])("a token that begins in %s", async (_, seconds, outcome) => {
    const nbf = Math.floor(Date.now() / 1_000) + seconds;
    expect(await isBelieved(signed("old", { nbf }))).toBe(outcome);
  });

  test("a token that is over is not believed for having been believed before", async () => {
    const exp = Math.floor(Date.now() / 1_000) + 10;
    const token = await signed("old", { exp });
    expect(await isBelieved(token)).toBe(true);
    later(16);
    expect(await isBelieved(token)).toBe(false);
  });
});
