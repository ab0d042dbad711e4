import { expect, test } from "@jest/globals";
import { buildSchema, graphql } from "graphql";
import { enforceAccess, grant } from "./access.ts";

const SDL = "type Query { thing: Thing } type Thing { open: Int shut: Int }";
const table = {
  Query: grant(["support", "line"], "thing"),
  Thing: { ...grant(["support", "line"], "open"), ...grant(["support"], "shut") },
};

function ask(roles: readonly string[]) {
  const schema = buildSchema(SDL);
  enforceAccess(schema, table);
  return graphql({
    schema,
    source: "{ thing { open shut } }",
    rootValue: { thing: { open: 1, shut: () => 2 } },
    contextValue: { caller: { roles } },
  });
}

test("a field answers those roles that may have it", async () => {
  expect((await ask(["support"])).data).toEqual({ thing: { open: 1, shut: 2 } });
  const line = await ask(["line"]);
  expect(line.data).toEqual({ thing: { open: 1, shut: null } });
  expect(line.errors?.map(({ extensions }) => extensions.code)).toEqual(["FORBIDDEN"]);
  expect((await ask([])).data).toEqual({ thing: null });
});

test("a schema with a field that nobody thought of does not start", () => {
  const schema = buildSchema("type Query { thing: Int other: Int }");
  expect(() => enforceAccess(schema, table)).toThrow("access: no entry for Query.other");
});
