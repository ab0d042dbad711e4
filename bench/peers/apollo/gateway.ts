import { ApolloGateway, IntrospectAndCompose } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { announce, closeOnSignal, needed } from "../shared/environment.ts";

/**
 * Composed once, at the start: how a supergraph comes about has no part in answering requests. All
 * else is as Apollo's packages are by default, caches of documents and plans included.
 */
const gateway = new ApolloGateway({
  supergraphSdl: new IntrospectAndCompose({
    subgraphs: [
      { name: "manufacturing", url: needed("MANUFACTURING_URL") },
      { name: "ownership", url: needed("OWNERSHIP_URL") },
    ],
  }),
});
const server = new ApolloServer({ gateway });
const { url } = await startStandaloneServer(server, { listen: { host: "127.0.0.1", port: 0 } });
announce(url);
closeOnSignal(() => server.stop());
