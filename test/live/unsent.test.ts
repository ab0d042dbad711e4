import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";
import { RECORD } from "../manufacturing/factory.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";
import { CHANGED, type Subscriber, subscribeAs } from "./subscriber.ts";

/** One place and one waiting device in all, so that whatever is not given back is missed at once. */
const liveLimits = { subscriptions: 1, devicesWaitingInAll: 1 };
let pair: RealPair;
let gateway: TestGateway;
/** Records devices while the other one cannot write its log. */
let factory: TestGateway;
/** Of each tenant's changes that were ever read: ends when nobody follows them. */
const readings: AbortSignal[] = [];

beforeAll(async () => {
  pair = await realPair();
  const { changes } = pair.manufacturing;
  if (!changes) throw new Error("Manufacturing says what changes");
  const manufacturing: SubgraphService = {
    ...pair.manufacturing,
    changes(tenant, options) {
      if (options.signal) readings.push(options.signal);
      return changes.call(pair.manufacturing, tenant, options);
    },
  };
  gateway = await testGateway({ services: [manufacturing, pair.ownership], liveLimits });
  factory = await testGateway({ services: [pair.manufacturing, pair.ownership] });
});
afterEach(() => {
  for (const subscriber of open.splice(0)) subscriber.leave();
});
afterAll(async () => {
  await gateway?.close();
  await factory?.close();
  await pair?.close();
});

const open: Subscriber[] = [];
async function follow(lot: string): Promise<Subscriber> {
  const variables = { field: "lotCode", value: lot };
  const subscriber = await subscribeAs(gateway, {}, { query: CHANGED, variables });
  open.push(subscriber);
  return subscriber;
}

async function record(serialNumber: string, lotCode: string): Promise<void> {
  const { errors } = await factory.query(RECORD, { input: [{ serialNumber, lotCode }] }, "line");
  expect(errors).toEqual([]);
}

async function until(holds: () => boolean): Promise<void> {
  for (let n = 0; n < 100 && !holds(); n++) await new Promise((wake) => setTimeout(wake, 50));
  expect(holds()).toBe(true);
}

test("a subscription whose opening cannot be recorded leaves nothing behind", async () => {
  await gateway.query("{ __typename }");
  // A table that somebody holds: its line is too late, and meanwhile a device changes.
  const held = gateway.database.admin(
    "BEGIN; LOCK TABLE access_log IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(5); COMMIT",
  );
  const refused = follow("unsent");
  await until(() => readings.length === 1);
  await record("unsent-1", "unsent");
  const { status, raw, ended } = await refused;
  await ended;
  expect([status, JSON.parse(raw()).errors[0].extensions.code]).toEqual([
    503,
    "DATABASE_UNAVAILABLE",
  ]);
  expect(readings.map(({ aborted }) => aborted)).toEqual([true]);
  await held;
  const again = await follow("unsent");
  expect(again.status).toBe(200);
  await record("unsent-2", "unsent");
  await again.until(1);
  expect(again.events[0]?.data.data.deviceChanged.serialNumber).toBe("unsent-2");
}, 30_000);
