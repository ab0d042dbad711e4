import type { ServerResponse } from "node:http";
import { renderGraphiQL } from "@graphql-yoga/render-graphiql";

const QUESTION = `# Give a token under Headers; "npx tracegraph token --role support" prints one.
query Walk($id: ID!) {
  device(connhexId: $id) {
    serialNumber
    lot { value deviceCount devices(first: 50) { nodes { serialNumber owner { displayName } } } }
    owner { displayName }
  }
}
`;

/** Nothing on the page can reach another host, whatever it holds. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  "worker-src blob:",
  "style-src 'unsafe-inline'",
  "font-src data:",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

let page: Buffer | undefined;

/** Sends GraphiQL as one page that needs no other host. */
export function sendGraphiql(response: ServerResponse): void {
  page ??= Buffer.from(
    renderGraphiQL({
      title: "tracegraph",
      endpoint: "/graphql",
      headers: JSON.stringify({ authorization: "Bearer <token>" }, null, 2),
      shouldPersistHeaders: false,
      // Subscriptions come as server-sent events; without this they would be asked for by GET.
      method: "POST",
      defaultQuery: QUESTION,
    }),
  );
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-length": page.length,
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
  response.end(page);
}
