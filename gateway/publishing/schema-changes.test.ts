import { describe, expect, test } from "@jest/globals";
import { BreakingChangeType, buildSchema, DangerousChangeType } from "graphql";
import { changeOf, schemaChanges } from "./schema-changes.ts";

const BEFORE = `
  directive @once(at: String, by: Int) repeatable on FIELD | QUERY
  directive @gone on FIELD
  interface Node { id: ID }
  interface Named { name: String }
  union Thing = Device | Lot
  scalar Old
  scalar Kind
  enum Phase { BUILT TESTED }
  input Filter { phase: Phase site: String lot: String }
  input Order { by: String }
  type Device implements Node { id: ID site: String code: Int phase: Phase old: Old kind: Kind
    page(first: Int = 50, size: Int, name: String, top: Int = 1): [Lot] }
  type Lot { name: String }
  type Query { device(filter: Filter, order: Order): Device thing: Thing node: Node named: Named }
`;

/** A change of the text, and what is to be read from what graphql-js says of it. */
const CASES: readonly [string, [string, string][], string[]][] = [
  [
    "TYPE_REMOVED",
    [
      ["scalar Old", ""],
      ["old: Old", ""],
    ],
    ["BREAKS out Old", "BREAKS in Old"],
  ],
  [
    "TYPE_CHANGED_KIND",
    [["scalar Kind", "enum Kind { A }"]],
    ["BREAKS out Kind", "BREAKS in Kind"],
  ],
  ["TYPE_REMOVED_FROM_UNION", [["Device | Lot", "Device"]], ["AFFECTS out Thing"]],
  [
    "VALUE_REMOVED_FROM_ENUM",
    [["BUILT TESTED", "BUILT"]],
    ["BREAKS Phase.TESTED", "BREAKS in Phase", "AFFECTS out Phase"],
  ],
  [
    "REQUIRED_INPUT_FIELD_ADDED",
    [["by: String", "by: String way: String!"]],
    ["BREAKS in Order", "AFFECTS literal Order"],
  ],
  ["IMPLEMENTED_INTERFACE_REMOVED", [["Device implements Node", "Device"]], ["AFFECTS out Node"]],
  ["FIELD_REMOVED", [["site: String code", "code"]], ["BREAKS Device.site", "BREAKS in Device"]],
  ["FIELD_REMOVED", [["site: String lot", "lot"]], ["BREAKS Filter.site", "BREAKS in Filter"]],
  [
    "FIELD_CHANGED_KIND",
    [["code: Int", "code: String"]],
    ["BREAKS Device.code", "BREAKS in Device"],
  ],
  [
    "FIELD_CHANGED_KIND",
    [["lot: String", "lot: String!"]],
    ["BREAKS Filter.lot", "BREAKS in Filter"],
  ],
  ["REQUIRED_ARG_ADDED", [["size: Int,", "size: Int, by: ID!,"]], ["BREAKS Device.page"]],
  ["ARG_REMOVED", [["size: Int,", ""]], ["BREAKS Device.page(size:)"]],
  [
    "ARG_CHANGED_KIND",
    [["name: String,", "name: String!,"]],
    ["AFFECTS Device.page(name:)", "AFFECTS Device.page(name: unset)"],
  ],
  ["DIRECTIVE_REMOVED", [["directive @gone on FIELD", ""]], ["AFFECTS @gone"]],
  ["DIRECTIVE_ARG_REMOVED", [["at: String, ", ""]], ["AFFECTS @once"]],
  ["REQUIRED_DIRECTIVE_ARG_ADDED", [["by: Int", "by: Int, of: ID!"]], ["AFFECTS @once"]],
  ["DIRECTIVE_REPEATABLE_REMOVED", [["repeatable ", ""]], ["AFFECTS @once"]],
  ["DIRECTIVE_LOCATION_REMOVED", [["FIELD | QUERY", "FIELD"]], ["AFFECTS @once"]],
  ["VALUE_ADDED_TO_ENUM", [["BUILT TESTED", "BUILT TESTED SOLD"]], ["AFFECTS out Phase"]],
  [
    "TYPE_ADDED_TO_UNION",
    [
      ["Device | Lot", "Device | Lot | Owner"],
      ["type Lot", "type Owner { id: ID } type Lot"],
    ],
    ["AFFECTS out Thing"],
  ],
  [
    "IMPLEMENTED_INTERFACE_ADDED",
    [["type Lot", "type Lot implements Named"]],
    ["AFFECTS out Named"],
  ],
  [
    "OPTIONAL_INPUT_FIELD_ADDED",
    [["by: String", "by: String way: String"]],
    ["AFFECTS in Order", "AFFECTS literal Order"],
  ],
  ["OPTIONAL_ARG_ADDED", [["size: Int,", "size: Int, by: ID,"]], ["AFFECTS Device.page"]],
  [
    "ARG_DEFAULT_VALUE_CHANGE",
    [["first: Int = 50", "first: Int = 100"]],
    ["AFFECTS Device.page(first: unset)"],
  ],
  ["ARG_DEFAULT_VALUE_CHANGE", [["top: Int = 1", "top: Int"]], ["AFFECTS Device.page(top: unset)"]],
];

describe("a change touches", () => {
  test.each(CASES)("%s %j: %j", (_, edits, expected) => {
    let after = BEFORE;
    for (const [from, to] of edits) {
      expect(after).toContain(from);
      after = after.replace(from, to);
    }
    const changes = schemaChanges(buildSchema(BEFORE), buildSchema(after));
    const touched = changes.map(({ touches }) =>
      touches?.map(({ use, effect }) => `${effect} ${use}`),
    );
    expect(touched).toContainEqual(expected);
    expect(touched).not.toContain(undefined);
  });

  test("every kind of change is among these", () => {
    const kinds = [...Object.keys(BreakingChangeType), ...Object.keys(DangerousChangeType)];
    expect([...new Set(CASES.map(([kind]) => kind))].sort()).toEqual(kinds.sort());
  });
});

test("a change that is told in other words counts for every document", () => {
  const type = BreakingChangeType.ARG_REMOVED;
  expect(changeOf({ type, description: "something else" }, true).touches).toBeNull();
});

test("a schema that stays the same, or only grows by fields, changes nothing", () => {
  const grown = BEFORE.replace("site: String code", "site: String color: String code");
  const before = buildSchema(BEFORE);
  expect(schemaChanges(before, buildSchema(BEFORE))).toEqual([]);
  expect(schemaChanges(before, buildSchema(grown))).toEqual([]);
});
