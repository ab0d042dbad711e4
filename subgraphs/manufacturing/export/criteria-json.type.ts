import { coerceInputValue, type GraphQLSchema, isInputType } from "graphql";
import { DomainError } from "../../../shared/domain-error.ts";
import type { GivenCriteria } from "../recall-scope/given-criteria.ts";
import type { ReadCriteria } from "./export-selection.ts";

/** Criteria are of one type, whichever way they come. Throws BAD_USER_INPUT with the place in them. */
export function criteriaReader(schema: GraphQLSchema): ReadCriteria {
  const type = schema.getType("RecallCriteria");
  if (!type || !isInputType(type)) throw new Error("the schema has no RecallCriteria");
  return (given) => {
    if (typeof given !== "object" || given === null) throw wrong("criteria", "are missing");
    return coerceInputValue(given, type, (path, _, error) => {
      throw wrong(["criteria", ...path].join("."), error.message);
    }) as GivenCriteria;
  };
}

function wrong(place: string, message: string): DomainError {
  return new DomainError("BAD_USER_INPUT", `${place}: ${message}`, { argument: place });
}
