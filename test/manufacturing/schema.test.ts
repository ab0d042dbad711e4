import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType } from "graphql";
import { manufacturingSubgraph } from "../../subgraphs/manufacturing/subgraph.ts";

test("the schema that is checked in is the schema that runs", async () => {
  const { sdl } = await manufacturingSubgraph();
  const file = new URL("../../subgraphs/manufacturing/schema.graphql", import.meta.url);
  expect(await readFile(file, "utf8")).toBe(sdl);
});

test("every type, field and argument says what it means", async () => {
  const { schema } = await manufacturingSubgraph();
  const silent: string[] = [];
  const check = (name: string, { description }: { description?: string | null | undefined }) => {
    if (!description) silent.push(name);
  };
  const roots = new Set(["Query", "Mutation", "Subscription"]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (/^_|__/.test(type.name) || type.name === "PageInfo") continue;
    if (isEnumType(type)) check(type.name, type);
    if (!isObjectType(type) && !isInputObjectType(type) && !isInterfaceType(type)) continue;
    if (!roots.has(type.name)) check(type.name, type);
    for (const field of Object.values(type.getFields())) {
      if (field.name.startsWith("_")) continue;
      check(`${type.name}.${field.name}`, field);
      if (!("args" in field)) continue;
      for (const argument of field.args) {
        check(`${type.name}.${field.name}(${argument.name})`, argument);
      }
    }
  }
  expect(silent).toEqual([]);
});
