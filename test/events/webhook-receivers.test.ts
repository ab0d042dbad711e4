import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { fromOne, revisionsOf } from "./reading.ts";
import { onceEach, openReceiver, type Receiver, until } from "./receiver.ts";
import { openWebhookWorld, type WebhookWorld } from "./webhook-world.ts";

let world: WebhookWorld;
let receiver: Receiver;
const added: string[] = [];
beforeAll(async () => {
  world = await openWebhookWorld();
});
afterAll(() => world.close());
afterEach(async () => {
  for (const name of added.splice(0)) await world.remove(name).catch(() => undefined);
  await receiver?.close();
});

let serial = 0;
async function open(): Promise<{ name: string }> {
  receiver = await openReceiver();
  const name = `erp-${++serial}`;
  added.push(name);
  await world.add(name, receiver.url);
  return { name };
}

describe("a receiver", () => {
  test("that fails for an hour gets everything then, in order for each device, under the same ids", async () => {
    const { name } = await open();
    const end = Date.now() + 3_600;
    receiver.answers = (_, response) => {
      if (Date.now() < end) response.writeHead(503).end("not now");
    };
    const devices = fromOne(5).map((n) => `HOUR-${n}`);
    await world.record(...devices.map((serialNumber) => ({ serialNumber })));
    for (const revision of fromOne(4)) {
      for (const serialNumber of devices) {
        await world.correct(serialNumber, revision, { lotCode: `L-${revision}` });
      }
    }
    await receiver.untilAccepted(25, 30_000);
    const once = onceEach(receiver.accepted);
    expect(once).toHaveLength(25);
    for (const revisions of revisionsOf(once).values()) expect(revisions).toEqual(fromOne(5));
    const first = receiver.received[0]?.event.id;
    const attempts = receiver.received.filter(({ event }) => event.id === first);
    expect(attempts.length).toBeGreaterThan(3);
    expect(new Set(attempts.map(({ body }) => body)).size).toBe(1);
    // Fewer and fewer attempts: an hour is no reason to ask all the time.
    expect(receiver.received.length).toBeLessThan(25 + 8 * 20);
    await until(async () => (await world.look(name)).failedAttempts === 0);
    expect(await world.look(name)).toMatchObject({ state: "ACTIVE", failingSince: null });
    const failed = await world.deliveries(name, true);
    expect(failed[0]).toMatchObject({ outcome: "FAILED", status: 503, reason: "status 503" });
  }, 60_000);

  test("that hangs, or is slow, holds nobody else up", async () => {
    const { name } = await open();
    const other = await openReceiver();
    added.push("fast");
    await world.add("fast", other.url);
    let hung = 0;
    receiver.answers = () => (hung++ === 0 ? new Promise(() => undefined) : undefined);
    const began = performance.now();
    await world.record({ serialNumber: "HANG-1" });
    await other.untilAccepted(1);
    expect(performance.now() - began).toBeLessThan(1_900);
    await receiver.untilAccepted(1);
    expect(await world.deliveries(name, true)).toMatchObject([
      { reason: "no answer within 2000 ms", status: null, attempt: 1 },
    ]);
    await other.close();
  });

  test("that answers rubbish is tried again, and none of it is kept", async () => {
    let answers = 0;
    const rubbish = createServer((socket) => {
      socket.on("error", () => undefined);
      answers++;
      socket.once("data", () =>
        socket.end(Buffer.from("\u0000SSH-2.0 hello\r\n\r\nsecret of theirs")),
      );
    });
    await new Promise<void>((resolve) => rubbish.listen(0, "127.0.0.1", resolve));
    const { port } = rubbish.address() as { port: number };
    added.push("rubbish");
    await world.add("rubbish", `http://127.0.0.1:${port}/`);
    await world.record({ serialNumber: "RUBBISH-1" });
    await until(() => answers > 2);
    await until(async () => (await world.deliveries("rubbish", true)).length > 1);
    rubbish.close();
    const [delivery] = await world.deliveries("rubbish", true);
    expect(delivery).toMatchObject({
      outcome: "FAILED",
      status: null,
      reason: "its answer is no HTTP",
    });
  });

  test("that answers without end is read no further than sixteen kilobytes", async () => {
    await open();
    let written = 0;
    let isCut = false;
    receiver.answers = async (_, response) => {
      response.once("close", () => {
        isCut = true;
      });
      response.writeHead(200);
      while (!isCut && written < 200 * 1024 * 1024) {
        written += 64 * 1024;
        if (!response.write(Buffer.alloc(64 * 1024))) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
      response.end();
    };
    await world.record({ serialNumber: "HUGE-1" });
    await until(() => isCut);
    expect(written).toBeLessThan(20 * 1024 * 1024);
    const [name = ""] = added;
    await until(async () => (await world.look(name)).deliveredAt !== null);
    expect(receiver.received).toHaveLength(1);
  });

  test("that sends us elsewhere is not followed", async () => {
    const { name } = await open();
    const other = await openReceiver();
    receiver.answers = (_, response) => {
      response.writeHead(307, { location: other.url }).end();
    };
    await world.record({ serialNumber: "REDIRECT-1" });
    await until(async () => (await world.deliveries(name, true)).length > 0);
    expect((await world.deliveries(name, true))[0]).toMatchObject({
      ...{ status: 307, reason: "status 307: redirects are not followed" },
    });
    expect(other.received).toEqual([]);
    await other.close();
  });

  test("that asks for time gets it", async () => {
    await open();
    const times: number[] = [];
    receiver.answers = (_, response) => {
      times.push(Date.now());
      if (times.length === 1) response.writeHead(429, { "retry-after": "1" }).end();
    };
    await world.record({ serialNumber: "LATER-1" });
    await receiver.untilAccepted(1);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test("that says it is gone is told nothing more, loudly, until somebody resumes it", async () => {
    const { name } = await open();
    receiver.answers = (_, response) => void response.writeHead(410).end();
    await world.record({ serialNumber: "GONE-1" });
    await until(async () => (await world.look(name)).state === "FAILED");
    const { stateReason, history } = await world.look(name);
    expect(stateReason).toBe("status 410: the receiver is gone");
    expect(history[0]).toMatchObject({ kind: "FAILED", actor: "service:gateway" });
    const count = receiver.received.length;
    await world.record({ serialNumber: "GONE-2" });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(receiver.received).toHaveLength(count);
    receiver.answers = () => undefined;
    await world.admin("mutation ($name: String!) { resumeWebhook(name: $name) { state } }", {
      name,
    });
    await receiver.untilAccepted(2);
    expect(onceEach(receiver.accepted).map(({ data }) => data.serialNumber)).toEqual([
      ...["GONE-1", "GONE-2"],
    ]);
  });
});
