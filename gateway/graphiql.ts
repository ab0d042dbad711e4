import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

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

/** The page as it is sent: nine megabytes, and a third of that packed. */
interface Page {
  plain: Buffer;
  packed: Buffer;
}
let page: Promise<Page> | undefined;

/** Sends GraphiQL as one page that needs no other host. */
export async function sendGraphiql(
  { headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  page ??= makePage();
  const { plain, packed } = await page;
  const isPacked = /\bgzip\b/.test(String(headers["accept-encoding"] ?? ""));
  const body = isPacked ? packed : plain;
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-length": body.length,
    ...(isPacked && { "content-encoding": "gzip" }),
    vary: "accept-encoding",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
  response.end(body);
}

async function makePage(): Promise<Page> {
  // Nine megabytes of code, for those alone who open the page.
  const { renderGraphiQL } = await import("@graphql-yoga/render-graphiql");
  const plain = Buffer.from(
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
  return { plain, packed: await promisify(gzip)(plain) };
}
