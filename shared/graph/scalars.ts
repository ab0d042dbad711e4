import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from "graphql";
import { parseTimestamp } from "../time.ts";

/** RFC 3339 date-time. Out: UTC with six decimals. In: any offset. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: "DateTime",
  description:
    "A moment as RFC 3339 text. Answers are in UTC with six decimals; arguments may have any offset.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339",
  serialize: (value) => {
    if (typeof value !== "string") throw new TypeError("a DateTime is kept as text");
    return value;
  },
  parseValue: (value) => readDateTime(value),
  parseLiteral: (node) => readDateTime(node.kind === Kind.STRING ? node.value : null, node),
});

function readDateTime(value: unknown, node?: ValueNode): string {
  const time = typeof value === "string" ? parseTimestamp(value) : null;
  if (time === null) {
    const nodes = node ?? null;
    throw new GraphQLError("a DateTime is RFC 3339 text, like 2026-01-31T08:00:00Z", { nodes });
  }
  return time;
}
