import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { LIMITS } from "../../gateway/registry/limits.ts";
import { metricsText } from "../../shared/metrics.ts";
import { testGateway } from "../support/gateway.ts";
import { freshDatabase } from "../support/postgres.ts";
import { fromOne, revisionsOf } from "./reading.ts";
import { onceEach, openReceiver, type Receiver, until } from "./receiver.ts";
import { openWebhookWorld, type WebhookWorld } from "./webhook-world.ts";

let world: WebhookWorld;
let receiver: Receiver;
beforeAll(async () => {
  world = await openWebhookWorld({ pace: { giveUpMs: 700 } });
  receiver = await openReceiver();
});
afterAll(async () => {
  await receiver.close();
  await world.close();
});

const namesOf = (from = 0) =>
  receiver.accepted.slice(from).map(({ event }) => event.data.serialNumber);
const change = (name: string, mutation: string, more: Record<string, unknown> = {}) =>
  world.admin(
    `mutation ($name: String!${more.from === undefined ? "" : ", $from: String!"}) {
      ${mutation}(name: $name${more.from === undefined ? "" : ", from: $from"}${
        mutation === "pauseWebhook" || mutation === "removeWebhook" ? ', reason: "a test"' : ""
      }) { name state } }`,
    { name, ...more },
  );

test("a webhook that is paused is told nothing, and all of it when it is resumed", async () => {
  await world.add("paused", receiver.url);
  await world.record({ serialNumber: "P-1" });
  await receiver.untilAccepted(1);
  await change("paused", "pauseWebhook");
  await expect(change("paused", "pauseWebhook")).rejects.toMatchObject({
    code: "NOTHING_TO_CHANGE",
  });
  await world.record({ serialNumber: "P-2" }, { serialNumber: "P-3" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(namesOf()).toEqual(["P-1"]);
  await change("paused", "resumeWebhook");
  await receiver.untilAccepted(3);
  expect(namesOf()).toEqual(["P-1", "P-2", "P-3"]);
  const { history } = await world.look("paused");
  expect(history.map(({ kind, reason }) => [kind, reason])).toEqual([
    ["RESUMED", null],
    ["PAUSED", "a test"],
    ["ADDED", null],
  ]);
});

test("what was told is told again from a position, a time or the oldest on, under the same ids", async () => {
  const before = onceEach(receiver.accepted);
  const replay = async (from: string, expected: string[]) => {
    const start = receiver.accepted.length;
    await change("paused", "replayWebhook", { from });
    await receiver.untilAccepted(start + expected.length);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(namesOf(start).sort()).toEqual(expected);
  };
  const { position } = await world.changes({ limit: "2" });
  await replay(position, ["P-3"]);
  await replay("oldest", ["P-1", "P-2", "P-3"]);
  await replay("2020-01-01T00:00:00Z", ["P-1", "P-2", "P-3"]);
  await replay("now", []);
  expect(onceEach(receiver.accepted)).toEqual(before);
  await expect(change("paused", "replayWebhook", { from: "MSB" })).rejects.toMatchObject({
    code: "INVALID_CURSOR",
  });
  await change("paused", "removeWebhook");
});

test("of two gateways one serves a tenant, and the other one goes on when it ends", async () => {
  const database = await freshDatabase("gateway");
  const both = { pair: world.pair, database, webhooks: world.webhooks };
  const leaseOf = () =>
    database.admin<{ holder: string; epoch: string }>("SELECT holder, epoch FROM webhook_lease");
  const first = await openWebhookWorld(both);
  const start = receiver.accepted.length;
  const devices = fromOne(6).map((n) => `TWO-${n}`);
  await first.add("shared", receiver.url);
  await until(async () => (await leaseOf()).length === 1);
  const second = await openWebhookWorld(both);
  await second.record(...devices.map((serialNumber) => ({ serialNumber })));
  for (const name of devices) await second.correct(name, 1, { lotCode: "2" });
  await receiver.untilAccepted(start + 12);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(receiver.accepted.length - start).toBe(12);
  const [held] = await leaseOf();
  const writing = (async () => {
    for (const revision of [3, 4, 5]) {
      for (const name of devices)
        await second.correct(name, revision - 1, { lotCode: `${revision}` });
    }
  })();
  await receiver.untilAccepted(start + 15);
  await first.close();
  await writing;
  await receiver.untilAccepted(start + 30);
  const [taken] = await leaseOf();
  expect(taken?.holder).not.toBe(held?.holder);
  expect(Number(taken?.epoch)).toBeGreaterThan(Number(held?.epoch));
  const told = receiver.accepted.slice(start);
  expect(onceEach(told)).toHaveLength(30);
  for (const revisions of revisionsOf(onceEach(told)).values()) {
    expect(revisions).toEqual(fromOne(5));
  }
  await second.close();
  await database.drop();
});

test("whoever lost the lease moves nothing any more, whatever he still sends", async () => {
  const start = receiver.accepted.length;
  await world.add("stolen", receiver.url);
  const { position } = await world.look("stolen");
  let release = (): void => undefined;
  receiver.answers = () =>
    new Promise<void>((resolve) => {
      release = resolve;
    });
  await world.record({ serialNumber: "STOLEN-1" });
  await until(() => receiver.received.some(({ event }) => event.data.serialNumber === "STOLEN-1"));
  await world.database.admin(
    `UPDATE webhook_lease SET holder = 'somebody else', epoch = epoch + 1,
       ends_at = now() + interval '2 seconds' WHERE tenant = 'demo'`,
  );
  receiver.answers = () => undefined;
  release();
  await receiver.untilAccepted(start + 1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await world.look("stolen")).position).toBe(position);
  // Once that lease is over, the message comes again: at least once, and under the same id.
  await receiver.untilAccepted(start + 2);
  const ids = receiver.accepted.slice(start).map(({ headers }) => headers["webhook-id"]);
  expect(new Set(ids).size).toBe(1);
  await until(async () => (await world.look("stolen")).position !== position);
  await change("stolen", "removeWebhook");
});

test("a webhook to which nothing can be delivered for too long fails, loudly", async () => {
  await world.add("dead", "http://127.0.0.1:9/");
  await world.record({ serialNumber: "DEAD-1" });
  await until(async () => (await world.look("dead")).state === "FAILED");
  const { stateReason, history, failedAttempts } = await world.look("dead");
  expect(stateReason).toBe("no connection: ECONNREFUSED");
  expect(history[0]?.kind).toBe("FAILED");
  expect(failedAttempts).toBeGreaterThan(2);
  const metrics = await metricsText();
  expect(metrics).toMatch(/tracegraph_webhook_deliveries_total\{outcome="failed"\} \d+/);
  await until(async () => /tracegraph_webhooks\{state="failed"\} 1\n/.test(await metricsText()));
  await change("dead", "removeWebhook");
});

test("a webhook whose events are gone fails, and says how to go on", async () => {
  await world.add("late", receiver.url);
  await world.record({ serialNumber: "LATE-1" });
  await until(() => receiver.accepted.some(({ event }) => event.data.serialNumber === "LATE-1"));
  await change("late", "pauseWebhook");
  await world.database.admin("UPDATE webhook SET position = $1 WHERE name = 'late'", [
    Buffer.from("1 manufacturing:1-0123456789ab ownership:0").toString("base64url"),
  ]);
  await change("late", "resumeWebhook");
  await until(async () => (await world.look("late")).state === "FAILED");
  expect((await world.look("late")).stateReason).toMatch(/replay it from a time, oldest or now/);
  await change("late", "removeWebhook");
});

test("one message tries whether a webhook arrives, signed like all others", async () => {
  await world.add("tried", receiver.url);
  const start = receiver.received.length;
  const { testWebhook } = await world.admin(
    `mutation { testWebhook(name: "tried") { outcome status eventType } }`,
  );
  expect(testWebhook).toEqual({ outcome: "DELIVERED", status: 204, eventType: "webhook.test" });
  const { headers, event } = receiver.received[start] ?? { headers: {}, event: null };
  expect(event).toMatchObject({ type: "webhook.test", data: { webhook: "tried" } });
  expect((headers as Record<string, string>)["webhook-signature"]).toMatch(/^v1,/);
  await change("tried", "removeWebhook");
});

describe("refused is", () => {
  test.each([
    ["this machine over https", { url: "https://169.254.169.254/latest" }, "BAD_USER_INPUT"],
    ["a private network", { url: "https://10.0.0.1/" }, "BAD_USER_INPUT"],
    ["http to elsewhere", { url: "http://erp.example.com/" }, "BAD_USER_INPUT"],
    ["a password in the URL", { url: "https://a:b@erp.example.com/" }, "BAD_USER_INPUT"],
    ["a name that is none", { name: "a b" }, "BAD_USER_INPUT"],
    ["an event type that is none", { eventTypes: ["device.exploded"] }, "BAD_USER_INPUT"],
    ["a family that is none", { eventTypes: ["*"] }, "BAD_USER_INPUT"],
    ["a position that is none", { from: "MSB" }, "INVALID_CURSOR"],
  ])("%s", async (_, more, code) => {
    const input = { name: "bad", url: "https://erp.example.com/", ...more };
    await expect(world.add(input.name, input.url, more)).rejects.toMatchObject({ code });
  });

  test("a name that is taken, and one webhook too many", async () => {
    const pause = (name: string) => change(name, "pauseWebhook");
    for (const n of fromOne(LIMITS.webhooksOfTenant)) {
      await world.add(`w-${n}`, "https://erp.example.com/");
      await pause(`w-${n}`);
    }
    await expect(world.add("w-21", "https://erp.example.com/")).rejects.toMatchObject({
      code: "LIMIT_EXCEEDED",
    });
    await change("w-20", "removeWebhook");
    await expect(world.add("w-1", "https://erp.example.com/")).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
    });
    for (const n of fromOne(LIMITS.webhooksOfTenant - 1)) await change(`w-${n}`, "removeWebhook");
  });

  test("what is not there", async () => {
    for (const mutation of ["pauseWebhook", "resumeWebhook", "removeWebhook"]) {
      await expect(change("nobody", mutation)).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
    await expect(change("nobody", "replayWebhook", { from: "now" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});

test("a name whose addresses are within is called by nobody, however it was added", async () => {
  const strict = await openWebhookWorld({
    ...{ pair: world.pair, webhooks: { ...world.webhooks, allowedAddresses: [] } },
  });
  const within = await openReceiver();
  // `localhost` is refused when it is looked up; an address that was allowed once, at each attempt.
  await strict.add("named", `https://localhost:${within.port}/`);
  await strict.database.admin(
    `INSERT INTO webhook (tenant, name, url, event_types, state, position, created_by)
     SELECT tenant, 'was-allowed', $1, '{}', 'ACTIVE', position, 'x' FROM webhook`,
    [within.url],
  );
  await strict.record({ serialNumber: "WITHIN-1" });
  for (const [name, reason] of [
    ["named", "its address is not allowed here"],
    ["was-allowed", "its URL is not allowed here any more"],
  ] as const) {
    await until(async () => (await strict.deliveries(name, true)).length > 0);
    expect((await strict.deliveries(name, true))[0]).toMatchObject({ status: null, reason });
  }
  expect(within.received).toEqual([]);
  await within.close();
  await strict.close();
});

test("a gateway without a key keeps no webhooks, and says why", async () => {
  const services = [world.pair.manufacturing, world.pair.ownership];
  const bare = await testGateway({ services });
  const { errors } = await bare.query(
    `mutation { addWebhook(input: { name: "a", url: "https://erp.example.com/" }) { text } }`,
    {},
    "admin",
  );
  expect(errors[0]?.message).toContain("GATEWAY_ENCRYPTION_KEY");
  await bare.close();
});
