import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { buildSchema, GraphQLError, parse, validate } from "graphql";
import { withPublicErrors } from "../../gateway/answer-errors.ts";
import { hidingSchema } from "../../gateway/hidden-schema.ts";
import { PreparedOperations } from "../../gateway/request/prepared-operation.ts";
import { RequestScope } from "../../gateway/request-scope.ts";
import { DomainError } from "../../shared/domain-error.ts";

const text = readFileSync(join(import.meta.dirname, "../../gateway/schema.graphql"), "utf8");
const schema = buildSchema(text, { assumeValid: true });
const BATCH = `mutation($rows: [DeviceRecordInput!]!) { recordDevices(input: $rows) { recorded } }`;

function scopeOf(tellsSchema: boolean): RequestScope {
  const caller = { subject: "x", tenant: "demo", roles: ["support" as const], client: null };
  return Object.assign(new RequestScope(caller, "r-1"), { tellsSchema });
}

/** What GraphQL says of a document, with the codes that the runtime gives. */
function raised(document: string): GraphQLError[] {
  const coded = (code: string) => (error: GraphQLError) => {
    const { message, nodes = null, source = null, positions = null } = error;
    return new GraphQLError(message, { nodes, source, positions, extensions: { code } });
  };
  try {
    return validate(schema, parse(document)).map(coded("GRAPHQL_VALIDATION_FAILED"));
  } catch (error) {
    return [error as GraphQLError].map(coded("GRAPHQL_PARSE_FAILED"));
  }
}

function answered(errors: GraphQLError[], tellsSchema: boolean) {
  const { errors: told = [] } = withPublicErrors({ errors }, scopeOf(tellsSchema));
  return told.map((error) => error.toJSON());
}

describe("people outside", () => {
  test.each([
    ["a field that nearly exists", "{ devise { id } }", "GRAPHQL_VALIDATION_FAILED"],
    ["several of them", "{ devise { id } ovner { id } nod { id } }", "GRAPHQL_VALIDATION_FAILED"],
    [
      "an argument that nearly exists",
      `{ device(conhexId: "x") { id } }`,
      "GRAPHQL_VALIDATION_FAILED",
    ],
    [
      "a type that nearly exists",
      "{ node(id: 1) { ... on Devic { id } } }",
      "GRAPHQL_VALIDATION_FAILED",
    ],
    ["an argument left out", "{ node { id } }", "GRAPHQL_VALIDATION_FAILED"],
    ["no fields of an object", "{ device }", "GRAPHQL_VALIDATION_FAILED"],
    ["a text that is none", "{ device(", "GRAPHQL_PARSE_FAILED"],
  ])("who ask for %s get one text, and no place", (_, document, code) => {
    expect(raised(document).length).toBeGreaterThan(0);
    expect(answered(raised(document), false)).toEqual([
      { message: "the document is not valid for this graph", extensions: { code } },
    ]);
  });

  test.each<[string, object]>([
    ["is missing", {}],
    ["has a field too many", { rows: [{ serialNumber: "SN-1", lotCod: "L" }] }],
    ["is of another type", { rows: 5 }],
    ["is null", { rows: null }],
  ])("whose variable %s learn which one, and nothing of its type", (_, given) => {
    const prepared = new PreparedOperations(schema).prepare(BATCH);
    const coerce = (tellsSchema: boolean) => () =>
      hidingSchema({ tellsSchema }, () => prepared.variablesOf(given as Record<string, unknown>));
    expect(coerce(true)).toThrow(/DeviceRecordInput|lotCode/);
    const refusal = new DomainError("BAD_USER_INPUT", "$rows is not valid for this document");
    expect(coerce(false)).toThrow(refusal);
    const inRuntime = new GraphQLError(
      `Variable "$rows" got invalid value; Did you mean "lotCode"?`,
      {
        extensions: { code: "BAD_USER_INPUT" },
      },
    );
    expect(answered([inRuntime, inRuntime], false)).toEqual([
      { message: refusal.message, extensions: { code: "BAD_USER_INPUT" } },
    ]);
  });

  test("still read what a rule says", () => {
    const rule = new DomainError("BAD_USER_INPUT", "give first or last, not both");
    const error = new GraphQLError(rule.message, {
      originalError: rule,
      extensions: rule.extensions,
    });
    expect(answered([error], false)).toEqual(answered([error], true));
    expect(hidingSchema({ tellsSchema: false }, () => 1)).toBe(1);
  });
});

test("developers in development read every detail, at its place", () => {
  const told = answered(raised("{ devise { id } ovner { id } }"), true);
  expect(told).toHaveLength(2);
  expect(told[0]).toMatchObject({
    message: expect.stringContaining(`Did you mean "device"`),
    locations: [{ line: 1, column: 3 }],
    extensions: { code: "GRAPHQL_VALIDATION_FAILED" },
  });
});
