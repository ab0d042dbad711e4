import { expect, test } from "@jest/globals";
import { Turns } from "./turns.ts";

/**
 * Runs pieces of work, named by their owners, and answers the order in which they began; those in
 * capitals take three places.
 */
async function order(owners: string, most: number, mostOfOne: number): Promise<string> {
  const turns = new Turns({ most, mostOfOne });
  let began = "";
  const work = [...owners].map((owner) =>
    turns.take(owner.toLowerCase(), owner === owner.toLowerCase() ? 1 : 3, async () => {
      began += owner;
      await new Promise((resolve) => setImmediate(resolve));
    }),
  );
  await Promise.all(work);
  return began;
}

test.each([
  ["one owner's work begins in its order", "aaaa", 2, 2, "aaaa"],
  ["owners take turns", "aaaaabbcc", 1, 1, "aabcabcaa"],
  ["whoever comes late is not behind all that came before", "aaaaaab", 2, 2, "aaabaaa"],
  ["much that is costly leaves places to what is not", "AAABBBcccc", 8, 4, "ABccABccAB"],
  ["one owner leaves places to others", "aaaabbbb", 4, 2, "aabbaabb"],
])("%s", async (_, owners, most, mostOfOne, began) => {
  expect(await order(owners, most, mostOfOne)).toBe(began);
});

test("work that fails gives its turn on", async () => {
  const turns = new Turns({ most: 1, mostOfOne: 1 });
  const fails = turns.take("a", 1, () => Promise.reject(new Error("no")));
  const next = turns.take("a", 1, async () => "yes");
  await expect(fails).rejects.toThrow("no");
  expect(await next).toBe("yes");
});
