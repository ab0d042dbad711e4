import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  NoDeprecatedCustomRule,
  type OperationDefinitionNode,
  validate,
  visit,
} from "graphql";
import { parseWithinLimits } from "../document-limits.ts";
import { type DocumentProblem, problemAt, problemOf, problemsOf } from "./document-problem.ts";
import { pageSizeProblems } from "./page-sizes.ts";

/** A valid document of one operation. */
export interface OneOperation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
}
export interface ReadDocument {
  problems: readonly DocumentProblem[];
  /** What does not keep it from being published. */
  warnings: readonly DocumentProblem[];
  /** The one operation, where there is one; it is valid where there are no problems. */
  asked: OneOperation | null;
}

/** Reads a document as far as the public schema alone can judge it. */
export function readDocument(schema: GraphQLSchema, text: string): ReadDocument {
  let document: DocumentNode;
  try {
    document = parseWithinLimits(text);
  } catch (error) {
    return { problems: [problemOf(error)], warnings: [], asked: null };
  }
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const [operation, second] = operations;
  if (!operation || second) {
    const message = `a published document holds one operation, not ${operations.length}`;
    const problem = problemAt(second, "BAD_USER_INPUT", { message });
    return { problems: [problem], warnings: [], asked: null };
  }
  const asked = { schema, document, operation };
  const invalid = [
    ...rootProblems(asked),
    ...problemsOf(validate(schema, document), schema, document),
  ];
  const problems = invalid.length > 0 ? invalid : usageProblems(asked);
  const warnings = invalid.length > 0 ? [] : deprecations(asked);
  return { problems, warnings, asked };
}

/** Without its root type nothing of an operation would be validated. */
function rootProblems({ schema, operation }: OneOperation): DocumentProblem[] {
  if (schema.getRootType(operation.operation)) return [];
  const message = `the graph has no ${operation.operation}s`;
  return [problemAt(operation, "BAD_USER_INPUT", { message })];
}

/** What is valid, and yet refused in a published document or by every subgraph. */
function usageProblems(asked: OneOperation): DocumentProblem[] {
  return [...introspectionProblems(asked), ...pageSizeProblems(asked)];
}

function introspectionProblems({ document }: OneOperation): DocumentProblem[] {
  const problems: DocumentProblem[] = [];
  visit(document, {
    Field(node) {
      const name = node.name.value;
      if (name !== "__schema" && name !== "__type") return;
      const message = `a published document does not ask for the schema: ${name}`;
      problems.push(problemAt(node, "BAD_USER_INPUT", { message, field: `Query.${name}` }));
    },
  });
  return problems;
}

function deprecations({ schema, document }: OneOperation): DocumentProblem[] {
  return problemsOf(validate(schema, document, [NoDeprecatedCustomRule]), schema, document);
}
