import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { LiveLimits } from "../../gateway/live/limits.ts";
import { RECORD } from "../manufacturing/factory.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";
import { CHANGED, quiet, type Subscriber, subscribeAs } from "./subscriber.ts";

let pair: RealPair;
const gateways: TestGateway[] = [];
const open: Subscriber[] = [];
beforeAll(async () => {
  pair = await realPair();
});
afterEach(async () => {
  for (const subscriber of open.splice(0)) subscriber.leave();
  for (const gateway of gateways.splice(0)) await gateway.close();
});
afterAll(() => pair.close());

async function gatewayWith(liveLimits: Partial<LiveLimits> = {}): Promise<TestGateway> {
  const services = [pair.manufacturing, pair.ownership];
  const gateway = await testGateway({ services, liveLimits });
  gateways.push(gateway);
  return gateway;
}

async function follow(
  gateway: TestGateway,
  lot: string,
  more: { client?: string; subject?: string; lifetimeSeconds?: number } = {},
  query = CHANGED,
) {
  const variables = { field: "lotCode", value: lot };
  const subscriber = await subscribeAs(gateway, more, {
    query,
    ...(query === CHANGED && { variables }),
  });
  open.push(subscriber);
  return subscriber;
}

async function record(gateway: TestGateway, ...input: Record<string, unknown>[]) {
  expect((await gateway.query(RECORD, { input }, "line")).errors).toEqual([]);
}

const lastOf = ({ events }: Subscriber) => {
  const [next, complete] = events.slice(-2);
  return [next?.data.errors?.[0].extensions, complete?.event];
};

const rows = (name: string, count: number, lot = name) =>
  Array.from({ length: count }, (_, n) => ({ serialNumber: `${name}-${n}`, lotCode: lot }));

describe("a connection to the database that breaks", () => {
  /** Until nobody holds an ended connection: a change that is made on one is rightly not repeated. */
  const cut = async () => {
    await pair.databases.manufacturing.admin(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await quiet(100);
  };

  test("loses nothing: what was committed meanwhile is told once it stands again", async () => {
    const gateway = await gatewayWith();
    const subscriber = await follow(gateway, "cut");
    for (let n = 0; n < 5; n++) {
      await record(gateway, { serialNumber: `cut-${n}`, lotCode: "cut" });
      await cut();
    }
    await subscriber.until(5);
    await quiet(400);
    expect(subscriber.events.map(({ event }) => event)).toEqual(Array(5).fill("next"));
  });

  test("and stays away ends the subscription with its reason", async () => {
    const gateway = await gatewayWith({ bridgedMs: 700 });
    const subscriber = await follow(gateway, "away");
    await pair.databases.manufacturing.stop();
    try {
      await subscriber.ended;
    } finally {
      await pair.databases.manufacturing.resume();
    }
    expect(lastOf(subscriber)).toEqual([
      { code: "SUBSCRIPTION_INTERRUPTED", reason: "GAP", retryable: true },
      "complete",
    ]);
    const again = await follow(gateway, "away");
    await record(gateway, { serialNumber: "away-1", lotCode: "away" });
    await again.until(1);
  });
});

describe("a slow reader", () => {
  // About 150 kB an event: a connection takes some megabytes before it is full.
  const wide = (lot: string) => `subscription { deviceChanged(field: "lotCode", value: "${lot}") {
    serialNumber lot { devices(first: 600) { nodes {
      id serialNumber recordedAt partNumber lotCode disposition attributes phase revision } } } } }`;

  test("is cut off and told why; whoever keeps up hears everything", async () => {
    const gateway = await gatewayWith({ devicesWaiting: 150 });
    await record(gateway, ...rows("slow", 600));
    const slow = await follow(gateway, "slow", {}, wide("slow"));
    const quick = await follow(gateway, "slow");
    slow.pause();
    for (let batch = 1; batch <= 6; batch++) {
      await record(gateway, ...rows(`slow-${batch}`, 100, "slow"));
      await quick.until(batch * 100);
    }
    slow.resume();
    await slow.ended;
    expect(lastOf(slow)).toEqual([
      { code: "SUBSCRIPTION_INTERRUPTED", reason: "SLOW", retryable: true },
      "complete",
    ]);
    expect(slow.events.length).toBeLessThan(600);
    expect(quick.events).toHaveLength(600);
  }, 60_000);

  test("that reads nothing for long loses its connection", async () => {
    const gateway = await gatewayWith({ readMs: 500 });
    await record(gateway, ...rows("deaf", 600));
    const socket = await halfOpen(gateway, wide("deaf"));
    const closed = once(socket, "close");
    const quick = await follow(gateway, "deaf");
    for (let batch = 1; batch <= 5; batch++) {
      await record(gateway, ...rows(`deaf-${batch}-`, 100, "deaf"));
      await quick.until(batch * 100);
    }
    await quiet(2_000);
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text = `${text}${chunk}`.slice(-100);
    });
    socket.resume();
    await closed;
    // Cut in the middle: nothing more could be said to it.
    expect(text).not.toContain("complete");
  }, 60_000);

  async function halfOpen(gateway: TestGateway, query: string): Promise<Socket> {
    const body = JSON.stringify({ query });
    const socket = connect(gateway.gateway.port, "127.0.0.1");
    socket.on("error", () => undefined);
    await once(socket, "connect");
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n` +
        `Authorization: Bearer ${await gateway.token()}\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    await once(socket, "data");
    socket.pause();
    return socket;
  }
});

describe("whoever may no longer ask", () => {
  test("is told no more once his token is over", async () => {
    const gateway = await gatewayWith({ callerCheckedEveryMs: 200 });
    const subscriber = await follow(gateway, "over", { lifetimeSeconds: 1 });
    expect(subscriber.status).toBe(200);
    await subscriber.ended;
    expect(lastOf(subscriber)).toEqual([{ code: "UNAUTHENTICATED", reason: "CALLER" }, "complete"]);
  }, 15_000);
});

describe("so many subscriptions", () => {
  test("of one subject, of one client, and of the gateway are enough", async () => {
    const gateway = await gatewayWith({
      ...{ subscriptionsOfASubject: 1, subscriptionsOfAClient: 2, subscriptions: 3 },
    });
    const codes = [];
    for (const [client, subject] of [
      ["a", "x"],
      ["a", "x"],
      ["a", "y"],
      ["a", "z"],
      ["b", "x"],
      ["c", "x"],
    ]) {
      const { status, raw, ended } = await follow(gateway, "many", { client, subject } as never);
      if (status !== 200) await ended;
      codes.push(status === 200 ? 200 : JSON.parse(raw()).errors[0].extensions.code);
    }
    expect(codes).toEqual([200, "RATE_LIMITED", 200, "RATE_LIMITED", 200, "OVERLOADED"]);
    for (const subscriber of open.splice(0)) subscriber.leave();
    await quiet(300);
    expect((await follow(gateway, "many")).status).toBe(200);
  });

  test("end with their connection, also one that waits there behind another one", async () => {
    const gateway = await gatewayWith({ subscriptions: 2 });
    const body = JSON.stringify({
      query: `subscription { deviceChanged(field: "lotCode", value: "behind") { serialNumber } }`,
    });
    const asked =
      `POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n` +
      `Authorization: Bearer ${await gateway.token()}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    const socket = connect(gateway.gateway.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(asked + asked);
    await once(socket, "data");
    await quiet();
    expect((await follow(gateway, "behind")).status).toBe(503);
    socket.destroy();
    await quiet(300);
    const statuses = [await follow(gateway, "behind"), await follow(gateway, "behind")];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200]);
  });

  test("as five hundred are told together, in bounded memory", async () => {
    const gateway = await gatewayWith();
    for (let n = 0; n < 500; n++) await follow(gateway, "crowd", { subject: `person-${n}` });
    const before = process.memoryUsage().heapUsed;
    await record(gateway, ...rows("crowd", 4));
    await Promise.all(open.map((subscriber) => subscriber.until(4)));
    const grownMb = (process.memoryUsage().heapUsed - before) / 1024 / 1024;
    expect(open.every(({ events }) => events.length === 4)).toBe(true);
    // Clients and gateway share this process, and nothing was collected on purpose.
    expect(grownMb).toBeLessThan(150);
  }, 60_000);
});

test("a gateway that closes says so, and completes every stream between two events", async () => {
  const gateway = await gatewayWith();
  const subscribers = [await follow(gateway, "close"), await follow(gateway, "close")];
  await record(gateway, ...rows("close", 300));
  await subscribers[0]?.until(5);
  gateways.splice(0);
  await gateway.gateway.close();
  for (const subscriber of subscribers) {
    await subscriber.ended;
    expect(lastOf(subscriber)).toEqual([
      { code: "SUBSCRIPTION_INTERRUPTED", reason: "CLOSING", retryable: true },
      "complete",
    ]);
    expect(subscriber.raw().endsWith("event: complete\ndata:\n\n")).toBe(true);
  }
  await gateway.close().catch(() => undefined);
});

test("silence is kept alive by comments", async () => {
  const gateway = await gatewayWith({ heartbeatMs: 100 });
  const subscriber = await follow(gateway, "silence");
  await quiet(450);
  expect(subscriber.raw()).toMatch(/^(:\n\n){3,6}$/);
});
