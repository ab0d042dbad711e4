import { Client, fetchExchange, gql, makeOperation, mapExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
import { readJson, readText } from "../read.js";

/** urql with its persisted exchange: sends the id of GraphQL Code Generator's manifest alone. */
export async function askWithUrqlExchange({ url, key }, variables) {
  const ids = await idsByName();
  const exchange = persistedExchange({
    enforcePersistedQueries: true,
    enableForMutation: true,
    // In TypeScript, the generated document says it itself: document.__meta__.hash
    generateHash: async (_text, document) => ids.get(nameOf(document)),
  });
  return ask({ url, key, exchanges: [exchange, fetchExchange] }, await sharedDevices(), variables);
}

/**
 * urql by `documentId`: it sends that of a document only where the document has no definitions, and
 * outside of production refuses such a one, unless an exchange takes them away on the way out.
 */
export async function askWithUrqlDocumentId({ url, key }, variables) {
  const ids = await idsByName();
  const exchange = mapExchange({
    onOperation(operation) {
      const documentId = ids.get(nameOf(operation.query));
      const query = { kind: "Document", definitions: [], documentId };
      return makeOperation(operation.kind, { ...operation, query }, operation.context);
    },
  });
  return ask({ url, key, exchanges: [exchange, fetchExchange] }, await sharedDevices(), variables);
}

async function ask({ url, key, exchanges }, document, variables) {
  const fetchOptions = { headers: { "x-api-key": key } };
  const client = new Client({ url, exchanges, fetchOptions });
  const { data, error } = await client.query(document, variables).toPromise();
  if (error) throw error;
  return data.sharedDevices;
}

async function sharedDevices() {
  return gql(await readText("documents/shared-devices.graphql"));
}

async function idsByName() {
  const manifest = await readJson("dist/codegen/persisted-documents.json");
  return new Map(Object.entries(manifest).map(([id, text]) => [nameOf(gql(text)), id]));
}

function nameOf({ definitions }) {
  return definitions.find(({ kind }) => kind === "OperationDefinition").name.value;
}
