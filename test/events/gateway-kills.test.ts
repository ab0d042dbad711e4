import { afterAll, expect, test } from "@jest/globals";
import { CORRECT, RECORD } from "../manufacturing/factory.ts";
import { ended, type RunningSystem, startSystem } from "../support/running-system.ts";
import { readTaken, type Taken } from "./events-world.ts";
import { fromOne, revisionsOf } from "./reading.ts";
import { onceEach, openReceiver, until } from "./receiver.ts";

const DEVICES = fromOne(8).map((n) => `KILL-${n}`);
const ROUNDS = 5;
const environment = { WEBHOOK_ALLOWED_ADDRESSES: "127.0.0.0/8" };

let system: RunningSystem | null = null;
afterAll(async () => {
  await system?.stop();
});

/** Corrects each device round by round, until the system is gone. */
async function write(running: RunningSystem, from: number): Promise<void> {
  for (let revision = from; revision < from + ROUNDS; revision++) {
    for (const serialNumber of DEVICES) {
      const changes = { lotCode: `L-${revision}` };
      const variables = { serialNumber, changes, reason: "moved", expectedRevision: revision };
      await running.ask(["engineering"], CORRECT, variables);
    }
  }
}

async function everything(running: RunningSystem): Promise<Taken> {
  const token = await running.token(["analyst"]);
  const headers = { authorization: `Bearer ${token}` };
  return readTaken(await fetch(`${running.url}/changes?limit=1000`, { headers }));
}

test("kill -9 in the middle of deliveries: everything comes, in order for each device, also from two workers", async () => {
  const receiver = await openReceiver();
  receiver.answers = () => new Promise((resolve) => setTimeout(resolve, 15));
  const first = await startSystem({ environment });
  system = first;
  const { errors } = await first.ask(
    ["admin"],
    'mutation ($url: String!) { addWebhook(input: { name: "erp", url: $url }) { text } }',
    { url: receiver.url },
  );
  expect(errors).toBeUndefined();
  const input = DEVICES.map((serialNumber) => ({ serialNumber }));
  await first.ask(["line"], RECORD, { input });
  // The last writes are cut off: what of them was committed nobody was told.
  const writing = write(first, 1).catch(() => undefined);
  await receiver.untilAccepted(12);
  await ended(first.process, "SIGKILL");
  await writing;
  const accepted = receiver.accepted.length;
  const second = await startSystem({
    dataFolder: first.dataFolder,
    environment: { ...environment, WORKERS: "2" },
  });
  system = second;
  const { position, events: told } = await everything(second);
  expect(told.length).toBeGreaterThanOrEqual(accepted);
  // Somebody who read a page before the kill goes on from it, with any worker.
  const headers = { authorization: `Bearer ${await second.token(["analyst"])}` };
  const waiting = fetch(`${second.url}/changes?after=${position}&wait=20`, { headers });
  await second.ask(["line"], RECORD, { input: [{ serialNumber: "AFTER" }] });
  const after = await readTaken(await waiting);
  expect(after.events.map(({ data }) => data.serialNumber)).toEqual(["AFTER"]);
  const all = [...told, ...after.events];
  // What was under way at the kill comes again, and is counted once.
  await until(() => onceEach(receiver.accepted).length >= all.length, 40_000);
  const once = onceEach(receiver.accepted);
  expect(new Set(once.map(({ id }) => id))).toEqual(new Set(all.map(({ id }) => id)));
  for (const [device, revisions] of revisionsOf(once)) {
    expect([device, revisions]).toEqual([device, fromOne(revisions.length)]);
  }
  // At least once, and of what was under way alone more than that.
  expect(receiver.accepted.length).toBeLessThanOrEqual(all.length + 100);
  await receiver.close();
}, 240_000);
