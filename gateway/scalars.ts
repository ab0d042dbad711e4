import { type GraphQLSchema, isScalarType } from "graphql";
import { GraphQLJSON } from "graphql-scalars";
import { DateTime } from "../shared/graph/scalars.ts";

/** The supergraph's scalars are mere names; with these a wrong value is refused before any fetch. */
export function giveScalars(schema: GraphQLSchema): void {
  for (const scalar of [DateTime, GraphQLJSON]) {
    const named = schema.getType(scalar.name);
    if (!isScalarType(named)) continue;
    named.parseValue = scalar.parseValue;
    named.parseLiteral = scalar.parseLiteral;
  }
}
