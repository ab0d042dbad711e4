import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  validate,
} from "graphql";
import { DomainError } from "../../shared/domain-error.ts";
import { watchSize } from "../../shared/watched-sizes.ts";
import { parseWithinLimits } from "../document-limits.ts";
import { GATEWAY_LIMITS } from "../limits.ts";
import { type VariableCheck, variableCheck } from "./checked-variables.ts";

/** A document's one operation, parsed and found valid; the same document node for ever. */
export interface PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null;
  readonly variablesOf: VariableCheck;
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
  return {
    document,
    operation,
    operationName: operation.name?.value ?? null,
    variablesOf: variableCheck({ schema, document, operation }),
  };
}
