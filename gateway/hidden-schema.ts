import { GraphQLError } from "graphql";
import { DomainError } from "../shared/domain-error.ts";

/**
 * Who is the enemy: somebody who may send a document, and wants to learn from refusals which types,
 * fields and arguments there are. GraphQL's own refusals name them, and suggest those that are near.
 */
const INVALID_DOCUMENT = "the document is not valid for this graph";
const INVALID_VARIABLE = "is not valid for this document";
/** Codes of the GraphQL specification's own refusals: the document is wrong, not the request. */
export const DOCUMENT_CODES = ["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"];
/** How graphql-js begins what it says of a variable; the rest quotes the variable's type. */
const ABOUT_A_VARIABLE = /^Variable "(\$\w+)"/;

/** Whether an error quotes the schema. */
export function isAboutSchema({ message, extensions }: GraphQLError): boolean {
  if (DOCUMENT_CODES.includes(String(extensions.code))) return true;
  return extensions.code === "BAD_USER_INPUT" && ABOUT_A_VARIABLE.test(message);
}

/** The error as it may be told to people outside: its code, and no word or place of the schema. */
export function withoutSchema(error: GraphQLError): GraphQLError {
  if (!isAboutSchema(error)) return error;
  return new GraphQLError(hidden(error.message), { extensions: error.extensions });
}

/** Runs `work`, whose refusals of variables tell their types to nobody outside. */
export function hidingSchema<T>({ tellsSchema }: { tellsSchema: boolean }, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const isHidden =
      !tellsSchema && error instanceof DomainError && ABOUT_A_VARIABLE.test(error.message);
    throw isHidden ? new DomainError(error.code, hidden(error.message)) : error;
  }
}

/** A variable's name is the client's own word. */
function hidden(message: string): string {
  const [, variable] = ABOUT_A_VARIABLE.exec(message) ?? [];
  return variable ? `${variable} ${INVALID_VARIABLE}` : INVALID_DOCUMENT;
}
