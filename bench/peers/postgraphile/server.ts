import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import PersistedPlugin from "@grafserv/persisted";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { boundTo, CONNECTIONS_PER_STORE } from "../shared/connection.ts";
import { announce, closeOnSignal, needed } from "../shared/environment.ts";
import { nameOpener } from "../shared/owner-contact.ts";
import { ownerName } from "./owner-name.ts";

const tenant = needed("TENANT");
const openName = nameOpener(Buffer.from(needed("OWNERSHIP_ENCRYPTION_KEY"), "base64"), tenant);
const walk = readFileSync(new URL("../../postgraphile/walk.graphql", import.meta.url), "utf8");
const walkId = createHash("sha256").update(walk).digest("hex");

const preset: GraphileConfig.Preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [PersistedPlugin.default ?? PersistedPlugin, ownerName(openName)],
  schema: { defaultBehavior: "-insert -update -delete" },
  pgServices: [
    makePgService({
      connectionString: needed("ONE_STORE_DATABASE_URL"),
      schemas: ["public"],
      pubsub: false,
      // As many as the others have for their two stores together, each bound to the tenant.
      poolConfig: { max: 2 * CONNECTIONS_PER_STORE, options: boundTo(tenant) },
    }),
  ],
  grafserv: {
    graphiql: false,
    watch: false,
    websockets: false,
    outputDataAsString: true,
    persistedOperations: { [walkId]: walk },
    hashFromPayload: (request) => (request as { documentId?: string }).documentId,
  },
  grafast: { explain: false, context: () => ({ ownerNames: new Map() }) },
};

const instance = postgraphile(preset);
const serving = instance.createServ(grafserv);
const server = createServer();
await serving.addTo(server);
await instance.getSchema();
server.listen(0, "127.0.0.1", () => {
  announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
});
closeOnSignal(async () => {
  server.close();
  server.closeAllConnections();
  await instance.release();
});
