import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type FreshDatabase, freshDatabase } from "../../test/support/postgres.ts";
import { bigintArray, integerArray, textArray } from "./binary-array.ts";
import { type Database, statement } from "./database.ts";

let fresh: FreshDatabase;
let database: Database;
beforeAll(async () => {
  fresh = await freshDatabase("manufacturing");
  database = fresh.open();
});
afterAll(async () => {
  await database.close();
  await fresh.drop();
});

const SAID_AGAIN = statement(
  "said_again",
  `SELECT array_to_json($1::text[])::text AS texts, array_to_json($2::bigint[])::text AS bigints,
     array_to_json($3::integer[])::text AS integers`,
);

async function saidAgain(
  texts: readonly (string | null)[],
  bigints: readonly number[],
  integers: readonly number[],
): Promise<unknown[]> {
  const values = [textArray(texts), bigintArray(bigints), integerArray(integers)];
  const [row] = await database.tenant("acme").rows<Record<string, string>>(SAID_AGAIN, values);
  return [row?.texts, row?.bigints, row?.integers].map((text) => JSON.parse(text ?? ""));
}

const text = fc
  .oneof(fc.string({ maxLength: 300 }), fc.string({ unit: "grapheme", maxLength: 100 }))
  .filter((one) => !one.includes("\0"));

test("PostgreSQL reads what was given, whatever it is", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(text), { maxLength: 20 }),
      fc.array(fc.maxSafeInteger(), { maxLength: 20 }),
      fc.array(fc.integer(), { maxLength: 20 }),
      async (texts, bigints, integers) => {
        expect(await saidAgain(texts, bigints, integers)).toEqual([texts, bigints, integers]);
      },
    ),
    { numRuns: 200 },
  );
});

test.each<[string, (string | null)[]]>([
  ["nothing", []],
  ["null, the empty text and the word", [null, "", "null", "NULL"]],
  ["lengths of more than one byte", ["x".repeat(255), "x".repeat(256), "x".repeat(70_000)]],
  ["quotes, braces and backslashes", ['{"a","\\b"}', "'", "{}", "\\"]],
  ["texts beside null that are not ASCII", ["é", null, "日本", "🏭"]],
])("%s", async (_, texts) => {
  expect((await saidAgain(texts, [], []))[0]).toEqual(texts);
});

test("NUL is refused by PostgreSQL, and shifts nothing", async () => {
  await expect(saidAgain(["a", "b\0c"], [], [])).rejects.toMatchObject({ code: "22021" });
});
