import { createHash } from "node:crypto";
import type { DevelopmentIssuer } from "../../gateway/identity/development-issuer.ts";
import { WALK } from "../../start/greeting.ts";

/** The Walk as a published document, and who may run it. */
export interface PublishedWalk {
  documentId: string;
  /** A bearer token of the client's. */
  token: string;
}

const CLIENT = "bench-walk";
const ROLES = ["support"] as const;
/** So many that the bench itself is never held back by its rate. */
const REQUESTS_PER_MINUTE = 1_000_000;

const ADD_CLIENT = `mutation Add($input: ClientInput!) { addClient(input: $input) { name } }`;
const PUBLISH = `mutation Publish($client: String!, $documents: [DocumentInput!]!) {
  publishDocuments(client: $client, version: "1", documents: $documents) {
    isPublished verdicts { problems { code message } }
  }
}`;
const FIND_CLIENT = "query Find($name: String!) { client(name: $name) { name } }";

/** Publishes the Walk for a back office's app through the graph, as an administrator does. */
export async function publishWalk(
  origin: string,
  issuer: DevelopmentIssuer,
  tenant: string,
): Promise<PublishedWalk> {
  const admin = await issuer.sign({ roles: ["admin"], tenants: [tenant] });
  const ask = asking(origin, admin);
  const { client } = await ask<{ client: object | null }>(FIND_CLIENT, { name: CLIENT });
  if (!client) {
    const input = {
      name: CLIENT,
      kind: "APP",
      roles: ROLES,
      requestsPerMinute: REQUESTS_PER_MINUTE,
    };
    await ask(ADD_CLIENT, { input });
  }
  const documentId = `sha256:${createHash("sha256").update(WALK).digest("hex")}`;
  const documents = [{ id: documentId, text: WALK }];
  const { publishDocuments } = await ask<{ publishDocuments: { isPublished: boolean } }>(PUBLISH, {
    client: CLIENT,
    documents,
  });
  if (!publishDocuments.isPublished) {
    throw new Error(`the Walk was not published: ${JSON.stringify(publishDocuments)}`);
  }
  const token = await issuer.sign({ roles: ROLES, tenants: [tenant], client: CLIENT });
  return { documentId, token };
}

function asking(origin: string, token: string) {
  return async <Data>(query: string, variables: object): Promise<Data> => {
    const response = await fetch(`${origin}/graphql`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json",
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: Data; errors?: unknown };
    if (errors || !data) throw new Error(`the gateway refused: ${JSON.stringify(errors)}`);
    return data;
  };
}
