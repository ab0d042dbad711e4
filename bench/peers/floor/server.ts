import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { announce, closeOnSignal, needed } from "../shared/environment.ts";
import { nameOpener } from "../shared/owner-contact.ts";
import { WalkStore } from "./walk.store.ts";
import { walk } from "./walk.ts";

/** The floor: one handler, prepared statements on both databases, no GraphQL. */
const tenant = needed("TENANT");
const store = new WalkStore(
  {
    manufacturing: needed("MANUFACTURING_DATABASE_URL"),
    ownership: needed("OWNERSHIP_DATABASE_URL"),
  },
  tenant,
);
const openName = nameOpener(Buffer.from(needed("OWNERSHIP_ENCRYPTION_KEY"), "base64"), tenant);
const PREFIX = "/devices/";

const server = createServer((request, response) => {
  const { url = "" } = request;
  if (request.method !== "GET" || !url.startsWith(PREFIX)) {
    response.writeHead(404).end();
    return;
  }
  walk(store, openName, decodeURIComponent(url.slice(PREFIX.length))).then(
    (device) => {
      const text = JSON.stringify({ data: { device } });
      const headers = {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
      };
      response.writeHead(200, headers).end(text);
    },
    (error: Error) => {
      process.stderr.write(`${error.stack}\n`);
      response.writeHead(500).end();
    },
  );
});
server.listen(0, "127.0.0.1", () => {
  announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
closeOnSignal(async () => {
  server.close();
  server.closeAllConnections();
  await store.close();
});
