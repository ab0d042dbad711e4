import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { cursorOf, cutPage, type PageArguments, readPage } from "./page.ts";

test.each<[args: PageArguments, code: string]>([
  [{ first: 0 }, "PAGE_SIZE_OUT_OF_RANGE"],
  [{ first: -1 }, "PAGE_SIZE_OUT_OF_RANGE"],
  [{ first: 1_001 }, "PAGE_SIZE_OUT_OF_RANGE"],
  [{ last: 1_001 }, "PAGE_SIZE_OUT_OF_RANGE"],
  [{ first: 1, last: 1 }, "BAD_USER_INPUT"],
  [{ after: "nonsense" }, "INVALID_CURSOR"],
  [{ after: "" }, "INVALID_CURSOR"],
  [{ after: cursorOf(7, "another list") }, "INVALID_CURSOR"],
  [{ before: "a".repeat(10_000) }, "INVALID_CURSOR"],
])("%j is refused with %s", (args, code) => {
  expect(() => readPage(args, "a list")).toThrow(expect.objectContaining({ code }));
});

test("a page without arguments is the first 50", () => {
  expect(readPage({}, "q")).toMatchObject({ size: 50, backward: false, after: null, before: null });
});

/** What a store does: rows of a sorted list in the range, one beyond the size, from one end. */
function read(keys: number[], args: PageArguments) {
  const page = readPage(args, "q");
  const range = keys.filter((key) => key > (page.after ?? -1) && key < (page.before ?? Infinity));
  if (page.backward) range.reverse();
  return cutPage(page, range.slice(0, page.size + 1));
}

test("pages walked in either direction give each key once, in order", () => {
  const keys = fc.uniqueArray(fc.nat(500)).map((list) => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(keys, fc.integer({ min: 1, max: 20 }), (list, size) => {
      const forward: number[] = [];
      for (let after: string | null = null, more = true; more; ) {
        const page = read(list, { first: size, after });
        forward.push(...page.rows);
        more = page.hasNextPage;
        after = cursorOf(page.rows.at(-1) ?? 0, "q");
      }
      const backward: number[] = [];
      for (let before: string | null = null, more = true; more; ) {
        const page = read(list, { last: size, before });
        backward.unshift(...page.rows);
        more = page.hasPreviousPage;
        before = cursorOf(page.rows[0] ?? 0, "q");
      }
      expect(forward).toEqual(list);
      expect(backward).toEqual(list);
    }),
  );
});
