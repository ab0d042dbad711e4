import { expect, test } from "@jest/globals";
import { buildSchema, parse } from "graphql";
import { inProcessExecutor } from "./in-process-executor.ts";
import { hasRecursiveVariable } from "./recursive-variable.ts";

const schema = buildSchema(`
  input Tree { name: String!, of: [Tree!] }
  input Pot { tree: Tree }
  input Leaf { name: String = "green" }
  type Query { names(tree: Tree, pots: [Pot!], leaf: Leaf): [String!]! }
`);

interface Tree {
  name: string;
  of?: Tree[];
}
const namesOf = ({ name, of = [] }: Tree): string[] => [name, ...of.flatMap(namesOf)];
const field = schema.getQueryType()?.getFields().names;
if (field) {
  field.resolve = (_, { tree, pots = [], leaf }) => [
    ...[tree, ...pots.map((pot: { tree: Tree }) => pot.tree)].filter(Boolean).flatMap(namesOf),
    ...(leaf ? [leaf.name] : []),
  ];
}

const execute = inProcessExecutor({ schema });
const ask = (text: string, variables: Record<string, unknown>) =>
  execute({ text, variables, context: {} });

test.each([
  ["query ($tree: Tree) { names(tree: $tree) }", true],
  ["query ($pots: [Pot!]!) { names(pots: $pots) }", true],
  ["query ($leaf: Leaf) { names(leaf: $leaf) }", false],
  ["query ($unknown: Unknown) { names }", false],
  ['{ names(tree: { name: "a", of: [{ name: "b" }] }) }', false],
])("%s has a variable that may hold itself: %s", (text, expected) => {
  expect(hasRecursiveVariable(schema, parse(text))).toBe(expected);
});

test("variables that hold themselves are read to any depth", async () => {
  const tree = { name: "a", of: [{ name: "b", of: [{ name: "c" }] }, { name: "d" }] };
  const { data } = await ask("query ($tree: Tree) { names(tree: $tree) }", { tree });
  expect(data).toEqual({ names: ["a", "b", "c", "d"] });
  const pots = await ask("query ($pots: [Pot!]!) { names(pots: $pots) }", { pots: [{ tree }] });
  expect(pots.data).toEqual({ names: ["a", "b", "c", "d"] });
});

test("and refused where they do not fit, as others are", async () => {
  const text = "query ($tree: Tree) { names(tree: $tree) }";
  const wrong = { name: "a", of: [{ title: "b" }] };
  const { data, errors } = await ask(text, { tree: wrong });
  expect(data).toBeUndefined();
  expect(errors?.[0]?.message).toMatch(/Variable "\$tree" got invalid value/);
  const leaf = await ask("query ($leaf: Leaf) { names(leaf: $leaf) }", { leaf: {} });
  expect(leaf.data).toEqual({ names: ["green"] });
});
