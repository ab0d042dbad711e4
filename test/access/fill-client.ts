import type { Names, Place, Values } from "./world.ts";

/** What names a client and what is its. */
export type ClientNames = "clientName" | "clientId" | "keyId" | "documentId";

type Ask = (place: Place, who: "admin", query: string, values: Values) => Promise<Answered>;
// biome-ignore lint/suspicious/noExplicitAny: the shape is what the document asks for
type Answered = any;

export const ADD_CLIENT = "mutation ($input: ClientInput!) { addClient(input: $input) { id } }";
export const ADD_KEY = `mutation ($clientName: String!, $expiresAt: DateTime) {
  addClientKey(client: $clientName, expiresAt: $expiresAt) { key { keyId } }
}`;
const REVOKE = `mutation ($keyId: ID!) { revokeClientKey(keyId: $keyId, reason: "lost") { id } }`;
export const PUBLISH = `mutation ($clientName: String!, $documents: [DocumentInput!]!) {
  publishDocuments(client: $clientName, version: "1", documents: $documents) {
    isPublished verdicts { problems { message } }
  }
}`;
const RETIRE = `mutation ($clientName: String!) {
  retireDocuments(client: $clientName, ids: ["lot"], reason: "slow") { retired }
}`;
const NAMES = `query ($clientName: String!) { client(name: $clientName) {
  id documents(first: 1) { nodes { id } }
} }`;

export const DOCUMENT = {
  id: "lot",
  text: `query Lot($n: String!, $first: Int!) {
    device(serialNumber: $n) { siblings(first: $first) { nodes { lotCode } } }
  }`,
  variableLimits: { first: 5 },
};

/** A client with all that one can have: two documents of which one is retired, and three keys. */
export async function fillClient(ask: Ask, clientName: string): Promise<Pick<Names, ClientNames>> {
  const admin = (query: string, values: Values) => ask("gateway", "admin", query, values);
  const input = { name: clientName, kind: "APP", roles: ["engineering"], requestsPerMinute: 60 };
  await admin(ADD_CLIENT, { input });
  const first = await admin(ADD_KEY, { clientName });
  await admin(REVOKE, { keyId: first.addClientKey.key.keyId });
  await admin(ADD_KEY, { clientName, expiresAt: "2090-01-01T00:00:00Z" });
  const { addClientKey } = await admin(ADD_KEY, { clientName });
  const documents = [DOCUMENT, { ...DOCUMENT, id: "other" }];
  const { publishDocuments } = await admin(PUBLISH, { clientName, documents });
  if (!publishDocuments.isPublished) throw new Error(JSON.stringify(publishDocuments));
  await admin(RETIRE, { clientName });
  const { client } = await admin(NAMES, { clientName });
  return {
    clientName,
    clientId: client.id,
    keyId: addClientKey.key.keyId,
    documentId: client.documents.nodes[0].id,
  };
}
