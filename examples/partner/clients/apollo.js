import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { generatePersistedQueryIdsFromManifest } from "@apollo/persisted-query-lists";
import { readJson, readText } from "../read.js";

/** Apollo Client: finds each operation's id by its name in the manifest, and sends it alone. */
export async function askWithApollo({ url, key }, variables) {
  const ids = generatePersistedQueryIdsFromManifest({
    loadManifest: () => readJson("dist/apollo/persisted-query-manifest.json"),
  });
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: new PersistedQueryLink({ ...ids, useGETForHashedQueries: true }).concat(
      new HttpLink({ uri: url, headers: { "x-api-key": key } }),
    ),
  });
  const query = gql(await readText("documents/shared-devices.graphql"));
  const { data } = await client.query({ query, variables });
  return data.sharedDevices;
}
