import { GraphQLScalarType } from "graphql";

/** Times are kept as text, so that nothing has to be converted on the way out. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: "DateTime",
  serialize: (value) => value as string,
});
