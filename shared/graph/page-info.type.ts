import { Directive, Field, ObjectType } from "type-graphql";
import { cursorOf, type Page, type PageOf } from "../page.ts";

@Directive("@shareable")
@ObjectType({ description: "Where a page stands in its list (Relay's PageInfo)." })
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage!: boolean;

  @Field(() => Boolean)
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true })
  startCursor!: string | null;

  @Field(() => String, { nullable: true })
  endCursor!: string | null;
}

/** A connection as resolvers answer it; `totalCount` is asked for only where the query has it. */
export interface ConnectionOf<Node> {
  edges: { cursor: string; node: Node }[];
  nodes: Node[];
  pageInfo: PageInfo;
  totalCount: () => Promise<number>;
}

/** Wraps one page of rows as a connection. */
export function connectionOf<Row, Node>(
  page: Page,
  read: PageOf<Row>,
  parts: {
    keyOf: (row: Row) => number;
    nodeOf: (row: Row) => Node;
    totalCount: () => Promise<number>;
  },
): ConnectionOf<Node> {
  const edges = read.rows.map((row) => ({
    cursor: cursorOf(parts.keyOf(row), page.question),
    node: parts.nodeOf(row),
  }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: read.hasNextPage,
      hasPreviousPage: read.hasPreviousPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: parts.totalCount,
  };
}
