import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { buildSchema, getVariableValues, parse } from "graphql";
import { quicklyCoerced } from "./quick-coercion.ts";

const schema = buildSchema(`
  enum Phase { MADE TESTED }
  input Row {
    name: String!
    count: Int = 3
    phase: Phase
    price: Float! = 1.5
    ids: [ID!]
    grid: [[Int]!]
    within: Row
    rows: [Row!]
    isGood: Boolean
  }
  input Either @oneOf { name: String row: Row }
  type Query { ask(rows: [Row!], row: Row, either: Either, count: Int): Int }
`);
const { definitions } = parse(
  `query ($rows: [Row!]!, $row: Row, $either: Either, $count: Int! = 7, $phase: Phase) { ask(rows: $rows) }`,
);
const [operation] = definitions;
const variables =
  (operation?.kind === "OperationDefinition" && operation.variableDefinitions) || [];

const quick = (given: Record<string, unknown>) => quicklyCoerced(schema, variables, given);
const exact = (given: Record<string, unknown>) => getVariableValues(schema, variables, given);

const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    "MADE",
    "TESTED",
    "LOST",
    null,
    undefined,
    true,
    0,
    2 ** 31,
    1.5,
    [],
    {},
  ),
  fc.string(),
  fc.integer(),
);
const { row } = fc.letrec<{ row: object }>((tie) => ({
  row: fc.record(
    {
      name: fc.oneof({ weight: 300, arbitrary: fc.string() }, leaf),
      count: fc.oneof({ weight: 300, arbitrary: fc.integer({ min: 0, max: 9 }) }, leaf),
      phase: fc.oneof({ weight: 300, arbitrary: fc.constantFrom("MADE", "TESTED", null) }, leaf),
      price: fc.oneof({ weight: 300, arbitrary: fc.double({ noNaN: true }) }, leaf),
      ids: fc.oneof(
        { weight: 300, arbitrary: fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 3 }) },
        leaf,
      ),
      grid: fc.oneof(
        { weight: 300, arbitrary: fc.array(fc.array(fc.option(fc.integer({ max: 9 })))) },
        leaf,
      ),
      within: fc.oneof({ depthSize: "small" }, fc.constant(null), tie("row")),
      rows: fc.oneof(
        { depthSize: "small" },
        fc.constant([]),
        fc.array(tie("row"), { maxLength: 2 }),
      ),
      isGood: fc.oneof({ weight: 300, arbitrary: fc.boolean() }, leaf),
    },
    { requiredKeys: ["name"] },
  ),
}));

test("what fits is coerced as graphql-js does, and nothing is that it refuses", () => {
  let coercedQuickly = 0;
  fc.assert(
    fc.property(
      fc.record(
        {
          rows: fc.oneof({ weight: 300, arbitrary: fc.array(row, { maxLength: 3 }) }, leaf),
          row: fc.oneof({ weight: 300, arbitrary: row }, leaf),
          count: fc.oneof({ weight: 300, arbitrary: fc.integer({ max: 9 }) }, leaf),
          phase: leaf,
        },
        { requiredKeys: ["rows"] },
      ),
      (given) => {
        const made = quick(given);
        const { coerced, errors } = exact(given);
        if (errors) expect(made).toBeNull();
        // Where it answers null, graphql-js is asked: it may, but need not, know better.
        if (made === null) return;
        coercedQuickly++;
        expect(made).toEqual(coerced);
        expect(JSON.stringify(made)).toBe(JSON.stringify(coerced));
      },
    ),
    { numRuns: 300 },
  );
  expect(coercedQuickly).toBeGreaterThan(10);
});

test.each<[string, Record<string, unknown>, isQuick: boolean]>([
  [
    "a whole batch",
    {
      rows: [
        { name: "a", ids: ["1", 2] },
        { name: "b", phase: "MADE" },
      ],
    },
    true,
  ],
  ["a default", { rows: [] }, true],
  ["null where it may be", { rows: [], row: null, phase: null }, true],
  ["a single item for a list", { rows: { name: "a" } }, false],
  ["one of several", { rows: [], either: { name: "a" } }, false],
  ["a field that nobody knows", { rows: [{ name: "a", nmae: "b" }] }, false],
  ["a required field left out", { rows: [{}] }, false],
  ["a list for an object", { rows: [["a"]] }, false],
  ["a variable that is required", {}, false],
  ["an inherited name", { rows: [{ name: "a", toString: "x" }] }, false],
])("%s", (_, given, isQuick) => {
  const made = quick(given);
  expect(made !== null).toBe(isQuick);
  if (made) expect(made).toEqual(exact(given).coerced);
});
