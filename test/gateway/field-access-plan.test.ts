import { readFileSync } from "node:fs";
import { join } from "node:path";
import { QueryPlanner } from "@graphql-hive/router-query-planner";
import { expect, test } from "@jest/globals";
import {
  buildSchema,
  type FieldNode,
  getNamedType,
  isCompositeType,
  isLeafType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { resolvedFields } from "../../gateway/publishing/field-access.ts";
import { fieldRouting } from "../../gateway/publishing/field-routing.ts";
import { randomDocument } from "./random-document.ts";

const read = (name: string) =>
  readFileSync(join(import.meta.dirname, "../../gateway", name), "utf8");
const supergraphText = read("supergraph.graphql");
const schema = buildSchema(read("schema.graphql"));
const routing = fieldRouting(supergraphText);
const planner = new QueryPlanner(supergraphText);

/** What the planner fetches to find the same object in another subgraph. */
const KEYS = new Set(["id", "connhexId", "serialNumber"]);

function operationOf(text: string) {
  const document = parse(text);
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) throw new Error("no operation");
  return { schema, document, operation };
}

/** `subgraph Type.field` of every fetch of the plan, keys apart. */
async function plannedFields(text: string): Promise<Set<string>> {
  const fields = new Set<string>();
  const plan = await planner.planAsync(text, null, new Set(), 50);
  const fetches = JSON.stringify(plan, (_, value: Record<string, unknown>) => {
    if (value?.kind === "Fetch" || value?.kind === "BatchFetch") {
      collect(String(value.serviceName), String(value.operation), fields);
    }
    return value;
  });
  expect(fetches).toContain("Fetch");
  return fields;
}

function collect(subgraph: string, text: string, fields: Set<string>): void {
  const { document, operation } = operationOf(text);
  const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  const walk = (typeName: string, { selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.find(({ name }) => name.value === selection.name.value);
        if (fragment) walk(fragment.typeCondition.name.value, fragment.selectionSet);
        continue;
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.typeCondition?.name.value ?? typeName, selection.selectionSet);
        continue;
      }
      const name = selection.name.value;
      if (name === "_entities" && selection.selectionSet) walk("", selection.selectionSet);
      const type = schema.getType(typeName);
      const field = type && "getFields" in type ? type.getFields()[name] : undefined;
      if (!field || KEYS.has(name)) continue;
      fields.add(`${subgraph} ${typeName}.${name}`);
      const inner = getNamedType(field.type);
      if (isCompositeType(inner) && selection.selectionSet)
        walk(inner.name, selection.selectionSet);
    }
  };
  walk(operation.operation === "query" ? "Query" : "Mutation", operation.selectionSet);
}

test("each field is judged by the subgraph that the planner asks for it", async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 100; seed++) {
    const text = withLeaves(randomDocument(schema, seed).text.replaceAll("@skip(if: true)", ""));
    const judged = resolvedFields(operationOf(text), routing);
    for (const { subgraphs } of judged) expect(subgraphs.length).toBeGreaterThan(0);
    const expected = judged
      .filter(({ field }) => !KEYS.has(field))
      .flatMap(({ type, field, subgraphs }) => subgraphs.map((one) => `${one} ${type}.${field}`));
    const planned = await plannedFields(text);
    expect([seed, text, [...new Set(expected)].sort()]).toEqual([seed, text, [...planned].sort()]);
    for (const one of planned) seen.add(one);
  }
  expect(seen.size).toBeGreaterThan(100);
});

/** With the leaves of every object that is asked for. */
function withLeaves(text: string): string {
  const types = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(types, {
    SelectionSet: {
      leave(set) {
        const type = types.getParentType();
        const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
        const leaves = fields.filter((field) => isLeafType(getNamedType(field.type)));
        const added = leaves.map(({ name }): FieldNode => {
          return { kind: Kind.FIELD, name: { kind: Kind.NAME, value: name } };
        });
        return { ...set, selections: [...set.selections, ...added] };
      },
    },
  });
  return print(visit(parse(text), visitor));
}
