import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { Slots } from "./slots.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Things that end when they are told to, and whose they are while they run. */
function held(slots: Slots) {
  const running: { of: string; end: () => void }[] = [];
  const begin = (of: string) =>
    slots.within(of, async () => {
      await new Promise<void>((end) => running.push({ of, end }));
    });
  const count = (of: string) => running.filter((one) => one.of === of).length;
  const endOne = (of: string) => {
    const index = running.findIndex((one) => one.of === of);
    running.splice(index, 1)[0]?.end();
  };
  return { begin, count, endOne, running };
}

test("whoever has much to do leaves places for the others", async () => {
  const { begin, count } = held(new Slots({ all: 8, ofOne: 2 }));
  for (let n = 0; n < 100; n++) void begin("much");
  void begin("little");
  await turn();
  expect([count("much"), count("little")]).toEqual([2, 1]);
});

test("a place that gets free goes to whoever has the fewest", async () => {
  const { begin, count, endOne } = held(new Slots({ all: 4, ofOne: 3 }));
  for (const whose of ["a", "a", "b", "b", "a", "b", "c"]) void begin(whose);
  await turn();
  expect([count("a"), count("b"), count("c")]).toEqual([2, 2, 0]);
  endOne("a");
  await turn();
  expect([count("a"), count("b"), count("c")]).toEqual([1, 2, 1]);
});

test("there are never more than allowed, none is idle that may work, and all come to their end", async () => {
  const things = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 30 });
  const limit = fc.integer({ min: 1, max: 4 });
  await fc.assert(
    fc.asyncProperty(things, limit, limit, async (all, most, ofOne) => {
      const { begin, count, endOne, running } = held(new Slots({ all: most, ofOne }));
      const left = new Map<string, number>();
      for (const whose of all) left.set(whose, (left.get(whose) ?? 0) + 1);
      const ended = Promise.all(all.map((of) => begin(of)));
      await turn();
      for (let n = 0; n < all.length; n++) {
        const possible = [...left.values()].reduce((sum, one) => sum + Math.min(one, ofOne), 0);
        expect(running).toHaveLength(Math.min(most, possible));
        const [{ of } = { of: "" }] = running;
        expect(count(of)).toBeLessThanOrEqual(ofOne);
        left.set(of, (left.get(of) ?? 0) - 1);
        endOne(of);
        await turn();
      }
      await ended;
    }),
    { numRuns: 50 },
  );
});
