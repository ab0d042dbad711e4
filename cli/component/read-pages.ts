import { CliError } from "../cli-error.ts";

export interface Page<Node> {
  totalCount: number;
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** All pages of a list, whole: as many as the gateway counts, or it throws. */
export async function readPages<Node, Of extends Page<Node>>(
  read: (after: string | null) => Promise<Of>,
): Promise<{ nodes: Node[]; first: Of }> {
  const first = await read(null);
  const nodes = [...first.nodes];
  for (let page: Of = first; page.pageInfo.hasNextPage; ) {
    const { endCursor } = page.pageInfo;
    page = await read(endCursor);
    if (page.pageInfo.endCursor === endCursor) {
      throw new CliError("GATEWAY_ANSWER", "the gateway says that there is more, and not where");
    }
    nodes.push(...page.nodes);
  }
  if (nodes.length === first.totalCount) return { nodes, first };
  const reason = `${nodes.length} came, but there are ${first.totalCount}: the list is not whole`;
  throw new CliError("DIFFERENT_COUNT", reason);
}
