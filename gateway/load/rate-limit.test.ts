import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Caller, Role } from "../../shared/caller.ts";
import type { RegisteredClient } from "../registry/registry.ts";
import { payerOf, RateLimit, rateHeaders, rateRefusal } from "./rate-limit.ts";

let now: number;
beforeEach(() => {
  now = 0;
});
const clock = () => now;

const caller = (roles: readonly Role[], client: string | null = null): Caller => ({
  subject: "ada",
  tenant: "demo",
  roles,
  client,
});
const registered = (
  kind: "APP" | "PARTNER",
  requestsPerMinute: number | null,
): RegisteredClient => ({
  tenant: "demo",
  name: "acme",
  kind,
  roles: [],
  requestsPerMinute,
  isActive: true,
});

describe("who pays", () => {
  test.each<[string, readonly Role[], RegisteredClient | null, string, number]>([
    ["staff without a client", ["support"], null, "demo caller ada", 6_000],
    ["an owner in an app of many", ["owner"], registered("APP", null), "demo caller ada", 120],
    ["an app with a budget", ["owner"], registered("APP", 900), "demo client acme", 900],
    ["a partner", ["partner"], registered("PARTNER", null), "demo client acme", 600],
    ["a partner with a budget", ["partner"], registered("PARTNER", 60), "demo client acme", 60],
    ["a regulator", ["regulator"], null, "demo caller ada", 600],
    ["an owner who works for the maker", ["owner", "line"], null, "demo caller ada", 6_000],
    ["nobody in particular", [], null, "demo caller ada", 120],
  ])("%s", (_, roles, client, key, requestsPerMinute) => {
    expect(payerOf(caller(roles), client)).toMatchObject({ key, requestsPerMinute });
  });
});

/** How many of `count` requests at once are granted. */
function burst(limit: RateLimit, requestsPerMinute: number, count = 10_000): number {
  const payer = { policy: "client" as const, key: "k", requestsPerMinute };
  return Array.from({ length: count }, () => limit.take(payer)).filter((rate) => rate.isGranted)
    .length;
}

describe("a budget", () => {
  test.each([
    ["600 a minute", 600, 1, 100],
    ["6 a minute", 6, 1, 1],
    ["one a minute", 1, 1, 1],
    ["600 a minute in one of four processes", 600, 0.25, 25],
  ])("of %s: ten seconds' worth at once, and evenly then", (_, perMinute, share, atOnce) => {
    const limit = new RateLimit({ share, now: clock });
    expect(burst(limit, perMinute)).toBe(atOnce);
    now += 60_000 / share;
    let granted = 0;
    const end = now + 600_000;
    for (; now < end; now += 250) granted += burst(limit, perMinute, 10);
    const most = 10 * perMinute * share + atOnce;
    expect(granted).toBeLessThanOrEqual(most);
    expect(granted).toBeGreaterThanOrEqual(Math.floor(10 * perMinute * share) - 1);
  });

  test("is charged one more for each 1,000 nodes", () => {
    const payer = { policy: "client" as const, key: "k", requestsPerMinute: 600 };
    for (const [nodes, left] of [
      [0, 99],
      [999, 99],
      [1_000, 98],
      [20_000, 79],
    ] as const) {
      const limit = new RateLimit({ now: clock });
      limit.take(payer);
      limit.charge(payer, nodes);
      expect(limit.take(payer).left).toBe(left - 1);
    }
  });

  test("is remembered for a bounded number of payers", () => {
    const limit = new RateLimit({ now: clock });
    for (let n = 0; n < 50_000; n++) {
      limit.take({ policy: "caller", key: `demo caller ${n}`, requestsPerMinute: 60 });
    }
    expect(limit.size).toBe(20_000);
  });
});

describe("what a client reads", () => {
  const payer = { policy: "client" as const, key: "k", requestsPerMinute: 60 };

  test("is the policy, what is left, and until when, as structured fields", () => {
    const limit = new RateLimit({ now: clock });
    expect(rateHeaders(limit.take(payer))).toEqual({
      "ratelimit-policy": `"client";q=10;w=10`,
      ratelimit: `"client";r=9;t=1`,
    });
  });

  test("of a refusal is when to ask again: not before the window of what is left ends", () => {
    const limit = new RateLimit({ now: clock });
    for (let n = 0; n < 10; n++) limit.take(payer);
    limit.charge(payer, 3_000);
    const refusal = rateRefusal(limit.take(payer));
    expect(refusal).toMatchObject({
      status: 429,
      code: "RATE_LIMITED",
      message: "10 requests in 10 s are granted; ask again in 4 s",
      details: { limit: "requests", most: 10, windowSeconds: 10, retryable: true },
      headers: {
        "retry-after": "4",
        "ratelimit-policy": `"client";q=10;w=10`,
        ratelimit: `"client";r=0;t=4`,
      },
    });
    now += 3_999;
    expect(limit.take(payer).isGranted).toBe(false);
    now += 1;
    expect(limit.take(payer).isGranted).toBe(true);
  });
});
