import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { Capacity, type CapacityOptions } from "./capacity.ts";
import { loopDelay } from "./loop-delay.ts";

const CHEAP = 1;
const USUAL = 1_000;
const COSTLY = 20_000;
const OVERLOADED = expect.objectContaining({
  status: 503,
  code: "OVERLOADED",
  headers: { "retry-after": "1" },
  details: { retryable: true },
});
const small = (options: CapacityOptions = {}) =>
  new Capacity({ running: 2, queued: 3, queueMs: 500, ...options });

/** Notes in which order requests begin, and which are refused. */
function watch(capacity: Capacity) {
  const begun: string[] = [];
  const refused: string[] = [];
  const ask = (name: string, nodes: number) =>
    capacity.enter(nodes).then(
      (leave) => {
        begun.push(name);
        return leave;
      },
      (error: unknown) => {
        expect(error).toEqual(OVERLOADED);
        refused.push(name);
        return () => undefined;
      },
    );
  return { begun, refused, ask };
}
const settled = () => pause(0);

describe("a full gateway", () => {
  test("lets some wait, and refuses the rest at once", async () => {
    const capacity = small();
    const { begun, refused, ask } = watch(capacity);
    const asked = ["a", "b", "c", "d", "e", "f", "g"].map((name) => ask(name, USUAL));
    await settled();
    expect({ begun, refused }).toEqual({ begun: ["a", "b"], refused: ["f", "g"] });
    expect([capacity.running(), capacity.queued(), capacity.shed()]).toEqual([2, 3, 2]);
    for (const leave of asked) (await leave)();
    expect(begun).toEqual(["a", "b", "c", "d", "e"]);
    expect([capacity.running(), capacity.queued()]).toEqual([0, 0]);
  });

  test("serves cheap requests first, and those of one kind in their order", async () => {
    const capacity = small();
    const { begun, ask } = watch(capacity);
    const first = [await ask("a", USUAL), await ask("b", USUAL)];
    void ask("costly", COSTLY);
    void ask("usual", USUAL);
    void ask("cheap", CHEAP);
    await settled();
    for (const leave of first) leave();
    await settled();
    expect(begun).toEqual(["a", "b", "cheap", "usual"]);
  });

  test("gives a costly one's place in the queue to a cheaper one, and never the other way round", async () => {
    const { refused, ask } = watch(small());
    await Promise.all([ask("a", USUAL), ask("b", USUAL)]);
    void ask("first costly", COSTLY);
    void ask("second costly", COSTLY);
    void ask("usual", USUAL);
    void ask("cheap", CHEAP);
    void ask("third costly", COSTLY);
    await settled();
    expect(refused).toEqual(["second costly", "third costly"]);
  });

  test("lets nobody wait longer than he may", async () => {
    const capacity = small({ queueMs: 50 });
    await Promise.all([capacity.enter(CHEAP), capacity.enter(CHEAP)]);
    const began = performance.now();
    await expect(capacity.enter(CHEAP)).rejects.toEqual(OVERLOADED);
    expect(performance.now() - began).toBeLessThan(500);
    expect([capacity.queued(), capacity.shed()]).toEqual([0, 1]);
  });

  test("counts a place given free once, however often its holder says so", async () => {
    const capacity = small();
    const leave = await capacity.enter(CHEAP);
    await capacity.enter(CHEAP);
    leave();
    leave();
    expect(capacity.running()).toBe(1);
  });
});

describe("a late event loop", () => {
  test.each([
    ["in time", 0, 8],
    ["a little late", 200, 8],
    ["twice as late as it may be", 400, 4],
    ["four times", 800, 2],
    ["far too late: one goes on", 60_000, 1],
  ])("%s leaves room for so many", async (_, delay, places) => {
    const capacity = new Capacity({ running: 8, queued: 100, queueMs: 10, delayMs: () => delay });
    const asked = Array.from({ length: 20 }, () => capacity.enter(CHEAP).catch(() => undefined));
    await settled();
    expect(capacity.running()).toBe(places);
    await Promise.all(asked);
  });

  test("is noticed while it lasts, and forgotten afterwards", async () => {
    const delay = loopDelay();
    const end = performance.now() + 800;
    while (performance.now() < end) {
      const block = performance.now() + 90;
      while (performance.now() < block);
      await pause(1);
    }
    const busy = delay.ms();
    await pause(1_000);
    const idle = delay.ms();
    delay.stop();
    expect(busy).toBeGreaterThan(50);
    expect(idle).toBeLessThan(50);
  });
});

test("under real concurrency never more work than may, nobody is lost, and costly ones give way", async () => {
  // Whoever waits is refused for a full queue alone, however slow the machine is.
  const capacity = new Capacity({ running: 4, queued: 20, queueMs: 60_000 });
  let most = 0;
  const served = { cheap: 0, costly: 0 };
  let refused = 0;
  const client = async (kind: "cheap" | "costly", nodes: number) => {
    for (let n = 0; n < 40; n++) {
      try {
        const leave = await capacity.enter(nodes);
        served[kind]++;
        most = Math.max(most, capacity.running());
        await pause(2);
        leave();
      } catch (error) {
        expect(error).toMatchObject({ status: 503, code: "OVERLOADED" });
        refused++;
        await pause(3);
      }
    }
  };
  const clients = Array.from({ length: 40 }, (_, n) =>
    n % 4 === 0 ? client("cheap", CHEAP) : client("costly", COSTLY),
  );
  await Promise.all(clients);
  expect(most).toBe(4);
  expect(served.cheap + served.costly + refused).toBe(40 * 40);
  expect(capacity.shed()).toBe(refused);
  expect([capacity.running(), capacity.queued()]).toEqual([0, 0]);
  expect(served.cheap).toBe(10 * 40);
  expect(refused).toBeGreaterThan(0);
});
