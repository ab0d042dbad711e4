import {
  type ArgumentNode,
  type FieldNode,
  Kind,
  TypeInfo,
  type ValueNode,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { PAGE_SIZE_MOST } from "../../shared/page.ts";
import { isPageSize } from "../document-cost.ts";
import { type DocumentProblem, problemAt } from "./document-problem.ts";
import type { OneOperation } from "./read-document.ts";

/** Page sizes that stand in the document, or as a variable's default, and that every subgraph refuses. */
export function pageSizeProblems({ schema, document, operation }: OneOperation): DocumentProblem[] {
  const defaults = new Map(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue,
    ]),
  );
  const types = new TypeInfo(schema);
  const problems: DocumentProblem[] = [];
  const visitor = visitWithTypeInfo(types, {
    Field(node) {
      const field = `${types.getParentType()?.name}.${node.name.value}`;
      problems.push(...sizesOf(node).flatMap(({ value }) => outOfRange(value, defaults, field)));
      problems.push(...bothEnds(node, field));
    },
  });
  visit(document, visitor);
  return problems;
}

function sizesOf({ arguments: given = [] }: FieldNode): ArgumentNode[] {
  return given.filter(({ name }) => isPageSize(name.value));
}

type Defaults = ReadonlyMap<string, ValueNode | undefined>;

function outOfRange(value: ValueNode, defaults: Defaults, field: string): DocumentProblem[] {
  const size = value.kind === Kind.VARIABLE ? defaults.get(value.name.value) : value;
  if (size?.kind !== Kind.INT) return [];
  const asked = Number(size.value);
  if (asked >= 1 && asked <= PAGE_SIZE_MOST) return [];
  const message = `a page has 1 to ${PAGE_SIZE_MOST} items, not ${asked}`;
  return [problemAt(size, "PAGE_SIZE_OUT_OF_RANGE", { message, field })];
}

/** Both may stand there as variables, of which a request gives one. */
function bothEnds(node: FieldNode, field: string): DocumentProblem[] {
  const literal = sizesOf(node).filter(({ value }) => value.kind === Kind.INT);
  if (literal.length < 2) return [];
  const message = "give first or last, not both";
  return [problemAt(literal[1], "BAD_USER_INPUT", { message, field })];
}
