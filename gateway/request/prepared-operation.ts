import {
  type DocumentNode,
  type GraphQLSchema,
  getNullableType,
  getVariableValues,
  isListType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  validate,
} from "graphql";
import { DomainError } from "../../shared/domain-error.ts";
import { watchSize } from "../../shared/watched-sizes.ts";
import { assertCostWithinLimits } from "../document-cost.ts";
import { parseWithinLimits } from "../document-limits.ts";
import { GATEWAY_LIMITS } from "../limits.ts";
import { assertVariablesWithinLimits, assertWithinDeclaredLimits } from "../variable-limits.ts";

const VARIABLE_ERRORS = 10;

/** A document's one operation, parsed and found valid; the same document node for ever. */
export interface PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null;
  /** Coerces and checks the variables, before anything is executed. Throws DomainError. */
  variablesOf(
    given: Readonly<Record<string, unknown>>,
    declared?: Readonly<Record<string, number>>,
  ): PreparedVariables;
}
export interface PreparedVariables {
  variables: Record<string, unknown>;
  /** Of the largest answer that they can have. */
  nodes: number;
}

/** Prepares documents of the registry. Each is checked once, and so is each size of its answer. */
export class PreparedOperations {
  private readonly known = new Map<string, PreparedOperation>();

  constructor(private readonly schema: GraphQLSchema) {
    watchSize("prepared_documents", this);
  }

  get size(): number {
    return this.known.size;
  }

  /** Throws DomainError where the document no longer fits the schema or the limits. */
  prepare(text: string): PreparedOperation {
    const known = this.known.get(text);
    if (known) return known;
    const made = prepared(this.schema, text);
    this.known.set(text, made);
    const [oldest] = this.known.keys();
    if (this.known.size > GATEWAY_LIMITS.preparedDocuments && oldest !== undefined) {
      this.known.delete(oldest);
    }
    return made;
  }
}

function prepared(schema: GraphQLSchema, text: string): PreparedOperation {
  const document = parseWithinLimits(text);
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const [operation] = operations;
  if (!operation || operations.length > 1) {
    throw new DomainError("BAD_USER_INPUT", "a published document has one operation");
  }
  if (validate(schema, document).length > 0) {
    const text = "the document no longer fits the graph: publish it anew";
    throw new DomainError("DOCUMENT_NOT_FOUND", text);
  }
  const costs = new Map<string, number>();
  const sizeOf = sizeReader(schema, operation);
  return {
    document,
    operation,
    operationName: operation.name?.value ?? null,
    variablesOf(given, declared = {}) {
      assertVariablesWithinLimits(given);
      const definitions = operation.variableDefinitions ?? [];
      const { errors, coerced: variables } = getVariableValues(schema, definitions, given, {
        maxErrors: VARIABLE_ERRORS,
      });
      if (errors) throw new DomainError("BAD_USER_INPUT", errors[0]?.message ?? "");
      assertWithinDeclaredLimits(variables, declared);
      const size = sizeOf(variables);
      let nodes = costs.get(size);
      if (nodes === undefined) {
        ({ nodes } = assertCostWithinLimits({ schema, document, operation, variables }));
        if (costs.size < GATEWAY_LIMITS.sizesOfADocument) costs.set(size, nodes);
      }
      return { variables, nodes };
    },
  };
}

/** The part of the variables that an answer's size depends on: numbers, and lengths of lists. */
function sizeReader(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): (variables: Readonly<Record<string, unknown>>) => string {
  const names = variableDefinitions
    .filter(({ type }) => {
      const known = typeFromAST(schema, type as never);
      const nullable = known && getNullableType(known);
      return isListType(nullable) || String(nullable) === "Int";
    })
    .map(({ variable }) => variable.name.value);
  return (variables) =>
    names
      .map((name) => {
        const value = variables[name];
        return Array.isArray(value) ? value.length : String(value);
      })
      .join();
}
