import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { buildSchema, getVariableValues, Kind, type OperationDefinitionNode, parse } from "graphql";
import { type AskedOperation, documentCost } from "../../gateway/document-cost.ts";
import { GATEWAY_LIMITS } from "../../gateway/limits.ts";
import { worstCase } from "../../gateway/publishing/worst-case.ts";
import { declaredLimitCheck } from "../../gateway/request/checked-variables.ts";
import { DomainError } from "../../shared/domain-error.ts";
import { randomDocument } from "./random-document.ts";

const schema = buildSchema(
  readFileSync(join(import.meta.dirname, "../../gateway/schema.graphql"), "utf8"),
);

function read(seed: number): Omit<AskedOperation, "variables"> {
  const document = parse(randomDocument(schema, seed).text);
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) throw new Error("no operation");
  return { schema, document, operation };
}

/** By variable: what a request sends, and what was declared for it when the document was published. */
type Sent = { value: unknown; limit: number | null };

function sentFor({ operation }: Pick<AskedOperation, "operation">): fc.Arbitrary<[string, Sent][]> {
  const variables = (operation.variableDefinitions ?? []).map(({ variable: { name } }) => {
    const limit = fc.option(
      fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 3_000 })),
    );
    return limit.chain((most) =>
      valueWithin(name.value.startsWith("ids"), most).map((value): [string, Sent] => [
        name.value,
        { value, limit: most },
      ]),
    );
  });
  return fc.tuple(...variables);
}

/** Any value that passes the gateway's limits and the declared one, page sizes that are refused too. */
function valueWithin(isList: boolean, limit: number | null): fc.Arbitrary<unknown> {
  const most = Math.min(limit ?? 3_000, isList ? GATEWAY_LIMITS.variableListItems : 3_000);
  const size = fc.oneof(fc.constant(most), fc.integer({ min: isList ? 0 : -2, max: most }));
  if (isList) return size.map((length) => Array.from({ length }, () => "id"));
  return fc.oneof(fc.constantFrom(null, undefined), size, size);
}

/** A size that is left out may mean more than its limit. */
function isRefused(check: () => void): boolean {
  try {
    check();
    return false;
  } catch (error) {
    if (error instanceof DomainError && error.code === "VARIABLE_BEYOND_LIMIT") return true;
    throw error;
  }
}

test("no variables within their limits cost more than the worst case says", () => {
  let tight = 0;
  const question = fc
    .integer({ min: 1, max: 100_000 })
    .map(read)
    .chain((asked) => sentFor(asked).map((sent) => ({ asked, sent })));
  const law = fc.property(question, ({ asked, sent }) => {
    const given = Object.fromEntries(
      sent.filter(([, { value }]) => value !== undefined).map(([name, { value }]) => [name, value]),
    );
    const limits = Object.fromEntries(
      sent.flatMap(([name, { limit }]) => (limit === null ? [] : [[name, limit]])),
    );
    const definitions = asked.operation.variableDefinitions ?? [];
    const { coerced } = getVariableValues(schema, definitions, given);
    if (!coerced) throw new Error("the variables are wrong");
    if (isRefused(() => declaredLimitCheck(schema, asked.document)(coerced, limits))) return;
    const cost = documentCost({ ...asked, variables: coerced });
    const worst = worstCase(asked, limits);
    expect(worst.nodes).toBeGreaterThanOrEqual(cost.nodes);
    expect(worst.values).toBeGreaterThanOrEqual(cost.values);
    if (sent.length > 0 && worst.nodes === cost.nodes) tight++;
  });
  fc.assert(law, { numRuns: 2_000 });
  // An estimate that is always too high would keep everything out.
  expect(tight).toBeGreaterThan(50);
});
