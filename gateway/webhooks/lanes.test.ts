import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { inLanes } from "./lanes.ts";

interface Thing {
  device: string;
  number: number;
}
const things = fc
  .array(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 40 })
  .map((devices) => devices.map((device, number) => ({ device, number })));
const laneOf = ({ device }: Thing) => device;

test("things of a lane are worked on one after the other, and no more lanes at once than there are", async () => {
  await fc.assert(
    fc.asyncProperty(things, fc.integer({ min: 1, max: 4 }), async (all, lanes) => {
      const running = new Set<string>();
      const seen = new Map<string, number[]>();
      let most = 0;
      const done = await inLanes(all, {
        ...{ lanes, laneOf },
        async work({ device, number }) {
          expect(running.has(device)).toBe(false);
          running.add(device);
          most = Math.max(most, running.size);
          await new Promise((resolve) => setImmediate(resolve));
          running.delete(device);
          seen.set(device, [...(seen.get(device) ?? []), number]);
          return true;
        },
      });
      expect(done.size).toBe(all.length);
      expect(most).toBeLessThanOrEqual(lanes);
      for (const numbers of seen.values()) {
        expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
      }
    }),
  );
});

test("after a failure nothing is begun, and of each lane the first ones are done", async () => {
  await fc.assert(
    fc.asyncProperty(things, fc.nat(40), async (all, bad) => {
      let begun = 0;
      const done = await inLanes(all, {
        ...{ lanes: 3, laneOf },
        async work({ number }) {
          begun++;
          await new Promise((resolve) => setImmediate(resolve));
          return number !== bad;
        },
      });
      const isBad = all.some(({ number }) => number === bad);
      expect(done.size).toBe(begun - (isBad ? 1 : 0));
      for (const device of ["a", "b", "c", "d", "e"]) {
        const lane = all.filter((thing) => thing.device === device).map((thing) => done.has(thing));
        expect(lane).toEqual([...lane].sort((one, other) => Number(other) - Number(one)));
      }
    }),
  );
});
