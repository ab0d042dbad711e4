import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { signatureOf } from "../../gateway/webhooks/standard-webhook.ts";
import { fromOne, revisionsOf } from "./reading.ts";
import { onceEach, openReceiver, type Received, type Receiver, until } from "./receiver.ts";
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
async function open(more: Record<string, unknown> = {}): Promise<{ name: string; secret: string }> {
  receiver = await openReceiver();
  const name = `erp-${++serial}`;
  added.push(name);
  return { name, secret: await world.add(name, receiver.url, more) };
}
const keyOf = (secret: string) => Buffer.from(secret.slice("whsec_".length), "base64");

/** Nothing but openssl, as its manual says: the key, and what the headers and the body say. */
function signedByOpenssl(secret: string, { headers, body }: Received): string {
  const text = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const mac = execFileSync(
    "openssl",
    [
      "dgst",
      "-sha256",
      "-mac",
      "HMAC",
      "-macopt",
      `hexkey:${keyOf(secret).toString("hex")}`,
      "-binary",
    ],
    { input: text },
  );
  return `v1,${mac.toString("base64")}`;
}

describe("a message", () => {
  test("is signed so that openssl alone verifies it", async () => {
    const { secret } = await open();
    await world.record({ serialNumber: "SIGNED-1", lotCode: "Läge ✓" });
    await receiver.untilAccepted(1);
    const [message] = receiver.received;
    if (!message) throw new Error("nothing came");
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(message.headers["webhook-signature"]).toBe(signedByOpenssl(secret, message));
    const age = Date.now() / 1_000 - Number(message.headers["webhook-timestamp"]);
    expect(Math.abs(age)).toBeLessThan(30);
    expect(message.headers["content-type"]).toBe("application/json");
    // Another body, another time or another secret is not what was signed.
    const forged = { ...message, body: message.body.replace("SIGNED-1", "SIGNED-2") };
    expect(signedByOpenssl(secret, forged)).not.toBe(message.headers["webhook-signature"]);
  });

  test("is the event as the feed tells it, with its id in the header", async () => {
    await open({ from: "now" });
    const { position } = await world.changes({ after: "now" });
    await world.record({ serialNumber: "SAME-1" });
    await receiver.untilAccepted(1);
    const { events } = await world.changes({ after: position });
    expect(receiver.received.map(({ event }) => event)).toEqual(events);
    expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual(
      events.map(({ id }) => id),
    );
  });

  test("comes for the event types that were asked for", async () => {
    await open({ eventTypes: ["device.quarantined", "identity.*"] });
    await world.record({ serialNumber: "F-1" }, { serialNumber: "F-2" });
    await world.provision({ serialNumber: "F-1", connhexId: "f-1" });
    await world.correct("F-2", 1, { disposition: "QUARANTINED" });
    await receiver.untilAccepted(3);
    expect(receiver.received.map(({ event }) => event.type).sort()).toEqual([
      ...["device.quarantined", "identity.active", "identity.pending"],
    ]);
  });

  test("leaves a line in the access log before it is sent: who has seen the device", async () => {
    const { name } = await open();
    await world.record({ serialNumber: "LOGGED-1" });
    await receiver.untilAccepted(1);
    const lines = await world.database.admin(
      "SELECT operation, devices FROM access_log WHERE subject = $1",
      [`webhook:${name}`],
    );
    expect(lines).toEqual([{ operation: "webhook", devices: ["LOGGED-1"] }]);
  });
});

describe("secrets", () => {
  test("while one follows the other both sign, afterwards the new one alone", async () => {
    const { name, secret } = await open();
    const rotate = async (hours: number) => {
      const { rotateWebhookSecret } = await world.admin(
        `mutation ($name: String!, $hours: Int!) {
          rotateWebhookSecret(name: $name, overlapHours: $hours) { text } }`,
        { name, hours },
      );
      return (rotateWebhookSecret as { text: string }).text;
    };
    const second = await rotate(1);
    await world.record({ serialNumber: "ROTATED-1" });
    await receiver.untilAccepted(1);
    const [both] = receiver.received;
    if (!both) throw new Error("nothing came");
    expect(both.headers["webhook-signature"]?.split(" ")).toEqual(
      [second, secret].map((one) => signedByOpenssl(one, both)),
    );
    await expect(rotate(1)).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    await world.database.admin(
      "UPDATE webhook_secret SET ends_at = now() WHERE ends_at IS NOT NULL",
    );
    const third = await rotate(0);
    await world.record({ serialNumber: "ROTATED-2" });
    await receiver.untilAccepted(2);
    const after = receiver.received[1];
    if (!after) throw new Error("nothing came");
    expect(after.headers["webhook-signature"]).toBe(signedByOpenssl(third, after));
    expect((await world.look(name)).secrets).toMatchObject([{ endsAt: null }]);
  });

  test("are kept encrypted, and shown never again", async () => {
    const { name, secret } = await open();
    const rows = await world.database.admin<{ sealed: Buffer }>(
      "SELECT sealed FROM webhook_secret WHERE webhook = $1",
      [name],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.sealed.includes(keyOf(secret))).toBe(false);
    const dump = await world.database.admin<{ text: string }>(
      `SELECT (w::text || s::text || c::text) AS text FROM webhook w
       JOIN webhook_secret s ON s.webhook = w.name JOIN webhook_change c ON c.webhook = w.name
       WHERE w.name = $1`,
      [name],
    );
    expect(dump[0]?.text).not.toContain(secret.slice(6, 30));
  });
});

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
    let isHanging = true;
    receiver.answers = () => (isHanging ? new Promise(() => undefined) : undefined);
    const began = performance.now();
    await world.record({ serialNumber: "HANG-1" });
    await other.untilAccepted(1);
    expect(performance.now() - began).toBeLessThan(1_900);
    await until(async () => (await world.deliveries(name, true)).length > 0);
    isHanging = false;
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

test("what a secret of somebody else signs is told apart in one comparison", async () => {
  const { secret } = await open();
  await world.record({ serialNumber: "APART-1" });
  await receiver.untilAccepted(1);
  const [{ headers, body } = { headers: {} as Record<string, string>, body: "" }] =
    receiver.received;
  const message = {
    id: headers["webhook-id"] ?? "",
    timestamp: Number(headers["webhook-timestamp"]),
    body,
  };
  expect(headers["webhook-signature"]).toBe(signatureOf(keyOf(secret), message));
  const other = Buffer.alloc(32, 1);
  expect(headers["webhook-signature"]).not.toBe(signatureOf(other, message));
});
