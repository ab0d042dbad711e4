import { ApolloGateway, IntrospectAndCompose } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { needed } from "../shared/environment.ts";
import { drainWeb, listen } from "./listen.ts";

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
await listen(new ApolloServer({ gateway, plugins: [drainWeb()] }), () => ({}));
