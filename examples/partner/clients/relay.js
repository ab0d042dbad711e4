import relay from "relay-runtime";

const { Environment, fetchQuery, Network, RecordSource, Store } = relay;

/** Relay: the compiled query has its id and no text; the network function sends the id. */
export async function askWithRelay({ url, key }, variables) {
  const { default: query } = await import("../dist/relay/sharedDevicesQuery.graphql.js");
  const network = Network.create(async ({ id }, variables) => {
    const headers = { "content-type": "application/json", "x-api-key": key };
    const body = JSON.stringify({ documentId: id, variables });
    const response = await fetch(url, { method: "POST", headers, body });
    return response.json();
  });
  const environment = new Environment({ network, store: new Store(new RecordSource()) });
  const data = await fetchQuery(environment, query, variables).toPromise();
  return data.sharedDevices;
}
