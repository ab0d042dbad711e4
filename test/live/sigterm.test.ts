import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { RECORD } from "../manufacturing/factory.ts";
import { ended, type RunningSystem, startSystem } from "../support/running-system.ts";
import { CHANGED, subscribe } from "./subscriber.ts";

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem();
}, 60_000);
afterAll(() => system.stop());

test("a process that gets SIGTERM completes its streams, and ends", async () => {
  const authorization = `Bearer ${await system.token(["support"])}`;
  const variables = { field: "lotCode", value: "L-1" };
  const asked = { query: CHANGED, variables };
  const subscriber = await subscribe(system.url, asked, { headers: { authorization } });
  const input = Array.from({ length: 500 }, (_, n) => ({ serialNumber: `T-${n}`, lotCode: "L-1" }));
  const { errors } = await system.ask(["line"], RECORD, { input });
  expect(errors).toBeUndefined();
  await subscriber.until(3);
  const began = performance.now();
  await ended(system.process, "SIGTERM");
  await subscriber.ended;
  expect(performance.now() - began).toBeLessThan(8_000);
  expect(system.process.exitCode).toBe(0);
  const [last, complete] = subscriber.events.slice(-2);
  expect(last?.data.errors[0].extensions).toMatchObject({
    code: "SUBSCRIPTION_INTERRUPTED",
    reason: "CLOSING",
  });
  expect([complete?.event, subscriber.raw().endsWith("event: complete\ndata:\n\n")]).toEqual([
    "complete",
    true,
  ]);
}, 60_000);
