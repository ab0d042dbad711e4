import { askWithApollo } from "./clients/apollo.js";
import { askWithRelay } from "./clients/relay.js";
import { askWithUrqlDocumentId, askWithUrqlExchange } from "./clients/urql.js";

const CLIENTS = [
  ["Apollo Client", askWithApollo],
  ["urql, persisted exchange", askWithUrqlExchange],
  ["urql, documentId", askWithUrqlDocumentId],
  ["Relay", askWithRelay],
];

const { TRACEGRAPH_URL: gateway, TRACEGRAPH_KEY: key } = process.env;
if (!gateway || !key) {
  console.error("Set TRACEGRAPH_URL, such as http://localhost:4000, and TRACEGRAPH_KEY.");
  process.exit(2);
}
const url = new URL("/graphql", gateway).href;
for (const [name, ask] of CLIENTS) {
  try {
    const { totalCount, nodes } = await ask({ url, key }, { first: 2 });
    const serials = nodes.map(({ serialNumber }) => serialNumber).join(", ");
    console.log(`${name}: ${totalCount} devices are shared, the first are ${serials}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`${name}: ${error.message} ${error.bodyText ?? ""}`.trimEnd());
  }
}
