import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WALK } from "../../start/greeting.ts";
import { type BenchProcess, startProcess } from "./bench-process.ts";
import type { ProcessSurroundings } from "./gateway-variants.ts";
import { deviceOfOneStore } from "./one-store-answer.ts";
import { PEERS_FOLDER } from "./places.ts";
import { deviceOfData, type Variant, type WalkRequest } from "./variant.ts";

const JSON_HEADERS = { "content-type": "application/json", accept: "application/json" };

/** The same graph as the tutorials build it; bench/peers/README.md says how and why. */
export function apollo(surroundings: ProcessSurroundings): Variant {
  const sha256Hash = createHash("sha256").update(WALK).digest("hex");
  const extensions = { persistedQuery: { version: 1, sha256Hash } };
  return {
    name: "apollo",
    async start() {
      const processes: BenchProcess[] = [];
      try {
        const subgraphs: Record<string, string> = {};
        for (const name of ["manufacturing", "ownership"]) {
          const process = await peer(surroundings, `apollo/${name}`);
          processes.push(process);
          subgraphs[`${name.toUpperCase()}_URL`] = process.url;
        }
        const gateway = await peer(surroundings, "apollo/gateway", subgraphs);
        processes.push(gateway);
        const { origin, pathname: path } = new URL(gateway.url);
        const register = JSON.stringify({ query: WALK, variables: { id: "" }, extensions });
        const asked = { method: "POST", headers: JSON_HEADERS, body: register };
        const registered = await fetch(gateway.url, asked);
        if (!registered.ok) throw new Error(`Apollo refused the Walk: ${await registered.text()}`);
        return {
          origin,
          processes,
          requestFor: (id) => post(path, { variables: { id }, extensions }),
          deviceOf: deviceOfData,
        };
      } catch (error) {
        for (const process of processes) await process.stop();
        throw error;
      }
    },
  };
}

/** PostGraphile 5 on one database that holds both stores. */
export function postgraphile(surroundings: ProcessSurroundings): Variant {
  const document = readFileSync(join(PEERS_FOLDER, "postgraphile/walk.graphql"), "utf8");
  const documentId = createHash("sha256").update(document).digest("hex");
  const { tenant, oneStoreUrl } = surroundings.bench;
  return {
    name: "postgraphile",
    async start() {
      const process = await peer(surroundings, "postgraphile/server", {
        ONE_STORE_DATABASE_URL: oneStoreUrl ?? "",
      });
      const { origin, pathname: path } = new URL(process.url);
      return {
        origin,
        processes: [process],
        requestFor: (id) => post(path, { documentId, variables: { tenant, id } }),
        deviceOf: (answer) => deviceOfOneStore(deviceOfData(answer)),
      };
    },
  };
}

/** One hand-written handler with prepared statements and no GraphQL: what nothing can be below. */
export function floor(surroundings: ProcessSurroundings): Variant {
  return {
    name: "floor",
    async start() {
      const process = await peer(surroundings, "floor/server");
      const { origin } = new URL(process.url);
      return {
        origin,
        processes: [process],
        requestFor: (id) => ({
          method: "GET",
          path: `/devices/${encodeURIComponent(id)}`,
          headers: { accept: "application/json" },
          body: null,
        }),
        deviceOf: deviceOfData,
      };
    },
  };
}

function post(path: string, body: object): WalkRequest {
  return { method: "POST", path, headers: JSON_HEADERS, body: JSON.stringify(body) };
}

function peer(
  { node, bench, profileFolder }: ProcessSurroundings,
  program: string,
  environment: Record<string, string> = {},
): Promise<BenchProcess> {
  return startProcess(join(PEERS_FOLDER, "dist", `${program}.js`), [], {
    name: program.replace("/", "-"),
    node,
    profileFolder,
    logFolder: bench.dataFolder,
    environment: {
      TENANT: bench.tenant,
      MANUFACTURING_DATABASE_URL: bench.databases.manufacturing.appUrl,
      OWNERSHIP_DATABASE_URL: bench.databases.ownership.appUrl,
      OWNERSHIP_ENCRYPTION_KEY: bench.secrets.encryptionKey.toString("base64"),
      ...environment,
    },
  });
}
