import type { DocumentInUse } from "../../gateway/publishing/schema-check.ts";
import { CliError, unknownClient } from "../cli-error.ts";
import type { GatewayClient } from "../gateway-client.ts";

const CLIENTS_AT_ONCE = 200;
const DOCUMENTS_AT_ONCE = 200;

const clientsQuery = `query ClientNames($first: Int!, $after: String) {
  clients(first: $first, after: $after) {
    nodes { name isActive }
    pageInfo { hasNextPage endCursor }
  }
}`;
const documentsQuery = `query DocumentsInUse($client: String!, $first: Int!, $after: String) {
  client(name: $client) {
    documents(first: $first, after: $after) {
      nodes { documentId operationName text variableLimits isLive }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

interface PageOf<Row> {
  nodes: Row[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
interface PublishedRow {
  documentId: string;
  operationName: string | null;
  text: string;
  variableLimits: Record<string, number>;
  isLive: boolean;
}

/** Every document that some client may run now, as the gateway holds it. */
export async function readPublishedDocuments(
  gateway: GatewayClient,
  onlyClient: string | undefined,
): Promise<DocumentInUse[]> {
  const clients = onlyClient === undefined ? await activeClients(gateway) : [onlyClient];
  const documents: DocumentInUse[] = [];
  for (const client of clients) {
    const rows = await allPages((after) => documentsPage(gateway, client, after));
    for (const row of rows) {
      if (!row.isLive) continue;
      const { documentId: id, operationName: name, text, variableLimits } = row;
      documents.push({ client, id, name, text, variableLimits, roles: null });
    }
  }
  return documents;
}

async function activeClients(gateway: GatewayClient): Promise<string[]> {
  const rows = await allPages(async (after) => {
    const variables = { first: CLIENTS_AT_ONCE, after };
    const { clients } = await gateway.ask<{ clients: PageOf<{ name: string; isActive: boolean }> }>(
      clientsQuery,
      variables,
    );
    return clients;
  });
  return rows.filter(({ isActive }) => isActive).map(({ name }) => name);
}

async function documentsPage(
  gateway: GatewayClient,
  client: string,
  after: string | null,
): Promise<PageOf<PublishedRow>> {
  const answer = await gateway.ask<{ client: { documents: PageOf<PublishedRow> } | null }>(
    documentsQuery,
    { client, first: DOCUMENTS_AT_ONCE, after },
  );
  if (!answer.client) throw unknownClient(client);
  return answer.client.documents;
}

async function allPages<Row>(read: (after: string | null) => Promise<PageOf<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  let after: string | null = null;
  for (;;) {
    const page: PageOf<Row> = await read(after);
    rows.push(...page.nodes);
    const { hasNextPage, endCursor } = page.pageInfo;
    if (!hasNextPage) return rows;
    if (endCursor === null || endCursor === after) {
      throw new CliError("GATEWAY_ANSWER", "the gateway says that there is more, and not where");
    }
    after = endCursor;
  }
}
