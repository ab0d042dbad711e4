import { expect, test } from "@jest/globals";
import { type FieldNode, type FragmentDefinitionNode, Kind, parse } from "graphql";
import { asksOfNodesOnly } from "./asked-of-nodes.ts";

const FIELDS = new Set(["serialNumber", "id"]);

test.each<[selection: string, isWithin: boolean]>([
  ["devices { nodes { serialNumber id } }", true],
  ["devices { nodes { __typename serialNumber } totalCount }", true],
  ["devices { totalCount pageInfo { hasNextPage } }", true],
  ["devices { edges { cursor node { id } } }", true],
  ["devices { all: nodes { site: serialNumber } }", true],
  ["devices { nodes { serialNumber site } }", false],
  ["devices { nodes { id: site } }", false],
  ["devices { edges { node { site } } nodes { id } }", false],
  ["devices { all: nodes { id } others: nodes { site } }", false],
  ["devices { nodes { id site @skip(if: $no) } }", false],
  ["devices { nodes { ... on Device { site } } }", false],
  ["devices { nodes { ... @include(if: $no) { id } } }", true],
  ["devices { ...Page }", false],
  ["devices { nodes { ...Names } }", true],
  ["devices { nodes { id } } devices { nodes { site } }", false],
])("%s asks no more than the fields: %s", (selection, isWithin) => {
  const { definitions } = parse(`query ($no: Boolean!) { ${selection} }
    fragment Page on DeviceConnection { edges { node { ...Names ...Site } } }
    fragment Names on Device { id serialNumber }
    fragment Site on Node { ... { site } }`);
  const fragments: Record<string, FragmentDefinitionNode> = {};
  let fieldNodes: FieldNode[] = [];
  for (const one of definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments[one.name.value] = one;
    if (one.kind === Kind.OPERATION_DEFINITION) {
      fieldNodes = one.selectionSet.selections.filter(({ kind }) => kind === Kind.FIELD) as never;
    }
  }
  expect(asksOfNodesOnly(FIELDS, { fieldNodes, fragments })).toBe(isWithin);
  // From what is remembered of the first time.
  expect(asksOfNodesOnly(FIELDS, { fieldNodes, fragments })).toBe(isWithin);
});
