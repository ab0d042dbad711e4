import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { DomainError } from "../../../shared/domain-error.ts";
import type { Outcome } from "../batch/outcome.ts";
import { CoalescingQueue, type QueueOptions } from "./coalescing-queue.ts";
import { TenantQueues } from "./tenant-queues.ts";

/** What a caller asks for: by its name records collide; a poisoned one fails its whole batch. */
interface Asking {
  id: number;
  name: string;
  fate: "ANSWERED" | "REFUSED" | "POISONED";
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
async function turns(count: number): Promise<void> {
  for (let at = 0; at < count; at++) await turn();
}

/** A database as the queue sees it: takes turns of the event loop, does all of a batch or nothing. */
class FakeDatabase {
  readonly begun: number[][] = [];
  readonly done: Asking[] = [];
  private readonly underWay = new Set<string>();
  batchesAtOnce = 0;
  private busy = 0;

  constructor(private readonly takesTurns: (batch: number) => number) {}

  work = async (items: readonly Asking[]): Promise<Outcome<string>[]> => {
    this.begun.push(items.map(({ id }) => id));
    this.busy++;
    this.batchesAtOnce = Math.max(this.batchesAtOnce, this.busy);
    const names = items.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) {
      expect(this.underWay.has(name)).toBe(false);
      this.underWay.add(name);
    }
    await turns(this.takesTurns(this.begun.length));
    for (const name of names) this.underWay.delete(name);
    this.busy--;
    if (items.some(({ fate }) => fate === "POISONED"))
      throw new Error("a value that it cannot hold");
    this.done.push(...items);
    return items.map((one) =>
      one.fate === "REFUSED"
        ? { refusal: new DomainError("INVALID_VALUE", `${one.id}`) }
        : { answer: `answer ${one.id}` },
    );
  };
}

function queueOn(database: FakeDatabase, options: Partial<QueueOptions> = {}) {
  return new CoalescingQueue(database.work, { batchItems: 4, lanes: 2, ...options });
}

function ask(queue: CoalescingQueue<Asking, string>, item: Asking, more: object = {}) {
  return queue.add({ item, names: [item.name], ...more });
}

const askings = fc
  .array(
    fc.record({
      name: fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"),
      fate: fc.constantFrom("ANSWERED", "ANSWERED", "ANSWERED", "REFUSED", "POISONED"),
      afterTurns: fc.nat(4),
    }),
    { maxLength: 60 },
  )
  .map((list) => list.map((one, id) => ({ ...one, id })));

test("whatever comes when, everybody gets what would have come of it alone, in the order of its name", async () => {
  await fc.assert(
    fc.asyncProperty(
      askings,
      fc.array(fc.nat(5), { minLength: 1, maxLength: 9 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 3 }),
      async (list, paces, batchItems, lanes) => {
        const database = new FakeDatabase((batch) => paces[batch % paces.length] ?? 0);
        const queue = queueOn(database, { batchItems, lanes });
        const answers: Promise<string>[] = [];
        for (const { afterTurns, ...item } of list) {
          await turns(afterTurns);
          answers.push(ask(queue, item as Asking).catch((error: Error) => error.message));
        }
        const told = await Promise.all(answers);
        expect(told).toEqual(
          list.map(({ id, fate }) => {
            if (fate === "POISONED") return "a value that it cannot hold";
            return fate === "REFUSED" ? `${id}` : `answer ${id}`;
          }),
        );
        expect(database.batchesAtOnce).toBeLessThanOrEqual(lanes);
        for (const batch of database.begun) expect(batch.length).toBeLessThanOrEqual(batchItems);
        for (const name of "abcdefgh") {
          const ids = database.done.filter((one) => one.name === name).map(({ id }) => id);
          expect(ids).toEqual([...ids].sort((a, b) => a - b));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("what comes while a batch is under way goes together in the next one", async () => {
  const database = new FakeDatabase(() => 10);
  const queue = queueOn(database, { batchItems: 200, lanes: 1 });
  const items = Array.from({ length: 64 }, (_, id) => ({ id, name: `${id}`, fate: "ANSWERED" }));
  const first = ask(queue, items[0] as Asking);
  await turns(3);
  const others = items.slice(1).map((item) => ask(queue, item as Asking));
  await Promise.all([first, ...others]);
  expect(database.begun.map((batch) => batch.length)).toEqual([1, 63]);
});

test("one that fails among 200 is found in 16 more batches, and fails alone", async () => {
  const database = new FakeDatabase(() => 0);
  const queue = queueOn(database, { batchItems: 200, lanes: 1 });
  const answers = Array.from({ length: 200 }, (_, id) =>
    ask(queue, { id, name: `${id}`, fate: id === 77 ? "POISONED" : "ANSWERED" }).catch(
      () => "failed",
    ),
  );
  const told = await Promise.all(answers);
  expect(told.filter((answer) => answer === "failed")).toHaveLength(1);
  expect(told[77]).toBe("failed");
  expect(database.begun.length).toBeLessThanOrEqual(17);
});

test("a database that is gone is asked once, and everybody of the batch is told", async () => {
  let asked = 0;
  const queue = new CoalescingQueue<number, string>(
    async () => {
      asked++;
      throw new DomainError("DATABASE_UNAVAILABLE", "the database cannot be asked now");
    },
    { batchItems: 200, lanes: 1 },
  );
  const told = await Promise.allSettled(
    Array.from({ length: 50 }, (_, id) => queue.add({ item: id, names: [`${id}`] })),
  );
  expect(told.every(({ status }) => status === "rejected")).toBe(true);
  expect(asked).toBe(1);
});

test("whose time is over, or who has gone, is never begun", async () => {
  let now = 1_000;
  const database = new FakeDatabase(() => 5);
  const queue = queueOn(database, { lanes: 1, now: () => now });
  const first = ask(queue, { id: 0, name: "a", fate: "ANSWERED" });
  await turns(2);
  const late = ask(queue, { id: 1, name: "b", fate: "ANSWERED" }, { deadlineAt: 1_500 });
  const gone = ask(queue, { id: 2, name: "c", fate: "ANSWERED" }, { isGone: () => true });
  const inTime = ask(queue, { id: 3, name: "d", fate: "ANSWERED" }, { deadlineAt: 1_501 });
  now = 1_500;
  await expect(late).rejects.toMatchObject({ code: "TIMEOUT" });
  await expect(gone).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(await Promise.all([first, inTime])).toEqual(["answer 0", "answer 3"]);
  expect(database.begun).toEqual([[0], [3]]);
});

test("a batch has the time of who has least, and goes on without him when that is over", async () => {
  let now = 0;
  const begun: [ids: readonly number[], deadlineAt: number | undefined][] = [];
  const queue = new CoalescingQueue<number, string>(
    async (ids, deadlineAt) => {
      begun.push([ids, deadlineAt]);
      await turn();
      if (deadlineAt === undefined) return ids.map((id) => ({ answer: `answer ${id}` }));
      // Something holds the rows until nobody who has a deadline waits any longer.
      now = deadlineAt;
      throw new DomainError("TIMEOUT", "the database took too long");
    },
    { batchItems: 200, lanes: 1, now: () => now },
  );
  const deadlines = [300, undefined, 100, 200];
  const told = await Promise.allSettled(
    deadlines.map((deadlineAt, item) => queue.add({ item, names: [`${item}`], deadlineAt })),
  );
  expect(told.map(({ status }) => status)).toEqual([
    "rejected",
    "fulfilled",
    "rejected",
    "rejected",
  ]);
  expect(begun).toEqual([
    [[0, 1, 2, 3], 100],
    [[0, 1, 3], 200],
    [[0, 1], 300],
    [[1], undefined],
  ]);
});

test("nobody waits behind another tenant, and the most that wait is bounded", async () => {
  const database = new FakeDatabase(() => 5);
  const queues = new TenantQueues<Asking, string>(() => database.work, {
    ...{ batchItems: 1, lanes: 1, mostItems: 3 },
  });
  const of = (tenant: string, id: number) =>
    queues.add(tenant, { item: { id, name: `${id}`, fate: "ANSWERED" }, names: [`${id}`] });
  const answers = [of("acme", 0), of("acme", 1), of("zeta", 2)];
  await expect(of("zeta", 3)).rejects.toMatchObject({ code: "OVERLOADED" });
  await Promise.all(answers);
  expect(database.begun).toEqual([[0], [2], [1]]);
  expect(queues.size).toBe(0);
});

test("closing writes what waits, and takes nothing more", async () => {
  const database = new FakeDatabase(() => 5);
  const queues = new TenantQueues<Asking, string>(() => database.work, {
    ...{ batchItems: 2, lanes: 1, mostItems: 100 },
  });
  const add = (id: number) =>
    queues.add("acme", { item: { id, name: `${id}`, fate: "ANSWERED" }, names: [`${id}`] });
  const answers = [0, 1, 2, 3, 4].map(add);
  const closed = queues.close();
  await expect(add(5)).rejects.toMatchObject({ code: "OVERLOADED" });
  await closed;
  expect(database.done).toHaveLength(5);
  expect(await Promise.all(answers)).toHaveLength(5);
});
