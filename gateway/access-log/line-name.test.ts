import { expect, test } from "@jest/globals";
import { isOwnerAlone, KeyNames, subjectInLine } from "./line-name.ts";

const ACTOR = "ab".repeat(32);

test.each([
  [["owner"], `person:${ACTOR}`],
  [["support"], "ada"],
  [[], "ada"],
  // Who works for the maker answers by his name, whatever he owns.
  [["owner", "support"], "ada"],
  [["admin", "owner"], "ada"],
  [["owner", "partner"], "ada"],
])("a line of whoever asks as %j names him %s", (roles, named) => {
  const line = { tenant: "acme", subject: "ada", roles };
  expect(subjectInLine(line, { actor: ACTOR })).toBe(named);
  expect(isOwnerAlone(line)).toBe(named !== "ada");
  expect(new KeyNames().of(line) === "ada").toBe(named === "ada");
});

test("an owner's key is kept under a name that tells nothing of him, and is found by his subject", () => {
  const key = Buffer.alloc(32, 7);
  const line = { tenant: "acme", subject: "anna@owner.example", roles: ["owner"] };
  const names = [new KeyNames(), new KeyNames(key), new KeyNames(Buffer.alloc(32, 8))].map(
    (known) => known.of(line),
  );
  for (const name of names) expect(name).toMatch(/^owner:[0-9a-f]{64}$/);
  expect(new Set(names).size).toBe(3);
  expect(new KeyNames(key).of({ ...line, tenant: "globex" })).not.toBe(names[1]);
  const found = new KeyNames(key).hashes("acme", line.subject).map((hash) => `owner:${hash}`);
  // Also what was kept before the gateway had a key.
  expect(found.sort()).toEqual(names.slice(0, 2).sort());
});
