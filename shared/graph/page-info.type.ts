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

/** A connection as resolvers answer it: what costs something is made only where the query has it. */
export interface ConnectionOf<Node> {
  edges: () => { cursor: string; node: Node }[];
  nodes: Node[];
  pageInfo: () => PageInfo;
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
  const { rows, hasNextPage, hasPreviousPage } = read;
  const nodes = rows.map(parts.nodeOf);
  const cursors = (some: readonly Row[]) =>
    some.map((row) => cursorOf(parts.keyOf(row), page.question));
  return {
    edges: () => cursors(rows).map((cursor, index) => ({ cursor, node: nodes[index] as Node })),
    nodes,
    pageInfo: () => {
      const [startCursor = null] = cursors(rows.slice(0, 1));
      const [endCursor = null] = cursors(rows.slice(-1));
      return { hasNextPage, hasPreviousPage, startCursor, endCursor };
    },
    totalCount: parts.totalCount,
  };
}
