import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { signatureOf } from "../../gateway/webhooks/standard-webhook.ts";
import { openReceiver, type Received, type Receiver } from "./receiver.ts";
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

  test("is verified by the very lines that docs/events.md gives", async () => {
    const { secret } = await open();
    await world.record({ serialNumber: "PAGE-1" });
    await receiver.untilAccepted(1);
    const [message] = receiver.received;
    if (!message) throw new Error("nothing came");
    const page = await readFile(join(import.meta.dirname, "../../docs/events.md"), "utf8");
    const [, lines = ""] = /```sh\n([^`]+)```/.exec(page) ?? [];
    const folder = await mkdtemp(join(tmpdir(), "tracegraph-verify-"));
    await writeFile(join(folder, "body.json"), message.body);
    const printed = execFileSync("bash", ["-ec", lines, "bash", secret], {
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? "",
        WEBHOOK_ID: message.headers["webhook-id"] ?? "",
        WEBHOOK_TIMESTAMP: message.headers["webhook-timestamp"] ?? "",
      },
    });
    await rm(folder, { recursive: true });
    expect(message.headers["webhook-signature"]).toBe(`v1,${printed.toString().trim()}`);
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
