import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { CORRECT, RECORD } from "../manufacturing/factory.ts";
import { type TestGateway, type TestGatewayOptions, testGateway } from "../support/gateway.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";
import { CHANGED, quiet, type Subscriber, subscribeAs } from "./subscriber.ts";

let pair: RealPair;
/** Records and corrects; the others are followed. */
let writer: TestGateway;
const gateways: TestGateway[] = [];
const open: Subscriber[] = [];
beforeAll(async () => {
  pair = await realPair();
  writer = await testGateway({ services: [pair.manufacturing, pair.ownership] });
  const rows = Array.from({ length: 800 }, (_, n) => ({ serialNumber: `SN-${n}`, lotCode: "L" }));
  const { errors } = await writer.query(RECORD, { input: rows }, "line");
  expect(errors).toEqual([]);
});
afterEach(async () => {
  for (const subscriber of open.splice(0)) subscriber.leave();
  for (const gateway of gateways.splice(0)) await gateway.close();
});
afterAll(async () => {
  await writer.close();
  await pair.close();
});

async function gatewayWith(options: TestGatewayOptions): Promise<TestGateway> {
  const services = [pair.manufacturing, pair.ownership];
  const gateway = await testGateway({ services, ...options });
  gateways.push(gateway);
  return gateway;
}

async function follow(gateway: TestGateway, subject: string, query: string): Promise<Subscriber> {
  const variables = { field: "lotCode", value: "L" };
  const subscriber = await subscribeAs(
    gateway,
    { subject },
    { query, ...(query === CHANGED && { variables }) },
  );
  open.push(subscriber);
  expect(subscriber.status).toBe(200);
  return subscriber;
}

const revisions = new Map<string, number>();

/** Corrects one device after the other; each change is one event. */
async function correct(...numbers: number[]): Promise<void> {
  for (const number of numbers) {
    const serialNumber = `SN-${number}`;
    const expectedRevision = revisions.get(serialNumber) ?? 1;
    const changes = { packageId: String(expectedRevision) };
    const variables = { serialNumber, expectedRevision, changes, reason: "rework" };
    expect((await writer.query(CORRECT, variables, "engineering")).errors).toEqual([]);
    revisions.set(serialNumber, expectedRevision + 1);
  }
}

/** `first` devices with `inner` of each: about `first` times `inner` nodes. */
const wide = (first: number, inner: number) => `subscription {
  deviceChanged(field: "lotCode", value: "L") {
    serialNumber siblings(first: ${first}) { nodes { siblings(first: ${inner}) { nodes { id } } } }
  }
}`;

test("the costly events of one caller keep nobody else waiting", async () => {
  const gateway = await gatewayWith({});
  const costly: Subscriber[] = [];
  for (let n = 0; n < 10; n++) costly.push(await follow(gateway, "greedy", wide(200, 14)));
  const other = await follow(gateway, "other", CHANGED);
  await correct(1, 2, 3, 4, 5);
  await other.until(5);
  // Of 50; in the order in which they came almost all were told before.
  expect(costly.flatMap(({ events }) => events).length).toBeLessThan(25);
}, 60_000);

describe("the budget of whoever follows", () => {
  /** Ten units at once and one in each second; to subscribe costs one. */
  const budgets = { staff: 60, partner: 60, other: 60 };

  test("pays for each event by its nodes, and events wait for it", async () => {
    const gateway = await gatewayWith({ budgets });
    // Five units each.
    const subscriber = await follow(gateway, "payer", wide(200, 14));
    const other = await follow(gateway, "other", CHANGED);
    await correct(11, 12, 13);
    const began = performance.now();
    await other.until(3);
    await subscriber.until(2);
    const authorization = `Bearer ${await gateway.token({ subject: "payer" })}`;
    const refused = await gateway.send({ query: "{ __typename }" }, { authorization });
    expect(refused.errors[0]?.extensions.code).toBe("RATE_LIMITED");
    await subscriber.until(3);
    expect(performance.now() - began).toBeGreaterThan(1_000);
  }, 30_000);
});

test("an event waits for a place as a request does, and is tried again where there is none", async () => {
  const capacity = { running: 0, queueMs: 50, delayMs: () => 0 };
  const liveLimits = { eventRetryMs: 20 };
  const gateway = await gatewayWith({ capacity, liveLimits });
  const subscriber = await follow(gateway, "waits", CHANGED);
  await correct(40);
  await subscriber.ended;
  expect(subscriber.events.map(({ data }) => data?.errors[0].extensions)).toEqual([
    { code: "SUBSCRIPTION_INTERRUPTED", reason: "UNANSWERED", retryable: true },
    undefined,
  ]);
  const metrics = await (await fetch(`${gateway.gateway.url}/metrics`)).text();
  expect(metrics).toMatch(/shed\w* 5\b/);
});

test("what waits for its turn is not asked for when nobody waits for it any more", async () => {
  const gateway = await gatewayWith({});
  const costly: Subscriber[] = [];
  for (let n = 0; n < 10; n++) costly.push(await follow(gateway, "leaves", wide(200, 14)));
  // All in one change, so that all events wait at once.
  const input = Array.from({ length: 6 }, (_, n) => ({ serialNumber: `LATE-${n}`, lotCode: "L" }));
  expect((await writer.query(RECORD, { input }, "line")).errors).toEqual([]);
  await costly[0]?.until(1);
  for (const subscriber of costly) subscriber.leave();
  gateway.fetches.length = 0;
  for (let before = -1; gateway.fetches.length > before; ) {
    before = gateway.fetches.length;
    await quiet(2_000);
  }
  // Of 60 events a few were told before, and a few are on their way.
  expect(gateway.fetches.length).toBeLessThan(15);
}, 30_000);
