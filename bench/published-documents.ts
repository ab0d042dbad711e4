import { createHash } from "node:crypto";
import type { DevelopmentIssuer } from "../gateway/identity/development-issuer.ts";
import type { Role } from "../shared/caller.ts";

/** An app that a benchmark asks through, and what it asks. */
export interface PublishingApp {
  name: string;
  roles: readonly Role[];
  tenant: string;
  documents: readonly string[];
}

/** So many that the benchmark itself is never held back by its rate. */
const REQUESTS_PER_MINUTE = 1_000_000;

const ADD_CLIENT = `mutation Add($input: ClientInput!) { addClient(input: $input) { name } }`;
const PUBLISH = `mutation Publish($client: String!, $documents: [DocumentInput!]!) {
  publishDocuments(client: $client, version: "1", documents: $documents) {
    isPublished verdicts { problems { code message } }
  }
}`;
const FIND_CLIENT = "query Find($name: String!) { client(name: $name) { name } }";

/** Publishes documents through the graph, as an administrator does. Answers the app's bearer token. */
export async function publishForApp(
  origin: string,
  issuer: DevelopmentIssuer,
  { name, roles, tenant, documents }: PublishingApp,
): Promise<string> {
  const admin = await issuer.sign({ roles: ["admin"], tenants: [tenant] });
  const ask = asking(origin, admin);
  const { client } = await ask<{ client: object | null }>(FIND_CLIENT, { name });
  if (!client) {
    const input = { name, kind: "APP", roles, requestsPerMinute: REQUESTS_PER_MINUTE };
    await ask(ADD_CLIENT, { input });
  }
  const { publishDocuments } = await ask<{ publishDocuments: { isPublished: boolean } }>(PUBLISH, {
    client: name,
    documents: documents.map((text) => ({ id: documentIdOf(text), text })),
  });
  if (!publishDocuments.isPublished) {
    throw new Error(`not published: ${JSON.stringify(publishDocuments)}`);
  }
  return issuer.sign({ roles, tenants: [tenant], client: name, lifetimeSeconds: 86_400 });
}

export function documentIdOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
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
