import { createServer } from "node:net";
import { join } from "node:path";
import { openDevelopmentIssuer } from "../../gateway/identity/development-issuer.ts";
import { createServiceKeys } from "../../shared/graph/service-keys.ts";
import { SERVICE_NAMES } from "../../start/databases.ts";
import type { BenchDatabases } from "./bench-databases.ts";
import { type BenchProcess, startProcess } from "./bench-process.ts";
import { COMMAND } from "./places.ts";
import { publishWalk } from "./publish-walk.ts";
import { deviceOfData, type Serving, type Variant } from "./variant.ts";

export interface ProcessSurroundings {
  node: string;
  bench: BenchDatabases;
  profileFolder: string | null;
}

/** The product as `tracegraph start` starts it: everything in one process. */
export function oneProcess(surroundings: ProcessSurroundings): Variant {
  return {
    name: "gateway",
    async start() {
      const environment = { ...databaseUrls(surroundings.bench), PORT: "0" };
      const gateway = await command(surroundings, { name: "gateway", words: [], environment });
      return serving(surroundings, [gateway]);
    },
  };
}

/** The product split over HTTP, as docs/operations.md says: three processes with service keys. */
export function splitOverHttp(surroundings: ProcessSurroundings): Variant {
  return {
    name: "split",
    async start() {
      const { bench } = surroundings;
      const keysFolder = join(bench.dataFolder, "service-keys");
      await createServiceKeys(keysFolder);
      const [manufacturingPort, ownershipPort] = await freePorts(2);
      const environment = {
        ...databaseUrls(bench),
        SERVICE_KEYS_DIR: keysFolder,
        MANUFACTURING_URL: `http://127.0.0.1:${manufacturingPort}/graphql`,
        OWNERSHIP_URL: `http://127.0.0.1:${ownershipPort}/graphql`,
        OWNERSHIP_ENCRYPTION_KEY: bench.secrets.encryptionKey.toString("base64"),
        OWNERSHIP_SECRET_PEPPER: bench.secrets.secretPepper.toString("base64"),
      };
      const processes: BenchProcess[] = [];
      const services = { manufacturing: manufacturingPort, ownership: ownershipPort, gateway: 0 };
      try {
        for (const [service, port] of Object.entries(services)) {
          const options = {
            name: `split-${service}`,
            words: [service],
            environment: { ...environment, PORT: String(port) },
          };
          processes.push(await command(surroundings, options));
        }
        return await serving(surroundings, processes);
      } catch (error) {
        for (const process of processes) await process.stop();
        throw error;
      }
    },
  };
}

function command(
  { node, bench, profileFolder }: ProcessSurroundings,
  {
    name,
    words,
    environment,
  }: { name: string; words: readonly string[]; environment: Record<string, string> },
): Promise<BenchProcess> {
  return startProcess(COMMAND, ["start", ...words, "--json"], {
    name,
    node,
    profileFolder,
    logFolder: bench.dataFolder,
    environment: { ...environment, DATA_DIR: bench.dataFolder },
  });
}

/** What every service with a database reads; those that have none of their own ignore the rest. */
export function databaseUrls({
  databases,
}: Pick<BenchDatabases, "databases">): Record<string, string> {
  const entries = SERVICE_NAMES.flatMap((name) => [
    [`${name.toUpperCase()}_DATABASE_URL`, databases[name].appUrl],
    [`${name.toUpperCase()}_OWNER_DATABASE_URL`, databases[name].ownerUrl],
  ]);
  return Object.fromEntries(entries);
}

/** The last process is the gateway. A back office's app asks, with the Walk that it has published. */
async function serving(
  { bench }: ProcessSurroundings,
  processes: readonly BenchProcess[],
): Promise<Serving> {
  const { origin } = new URL(processes.at(-1)?.url ?? "");
  const issuer = await openDevelopmentIssuer(bench.dataFolder);
  const { documentId, token } = await publishWalk(origin, issuer, bench.tenant);
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    accept: "application/json",
  };
  return {
    origin,
    processes,
    requestFor: (id) => {
      const body = JSON.stringify({ documentId, variables: { id } });
      return { method: "POST", path: "/graphql", headers, body };
    },
    deviceOf: deviceOfData,
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((one) => new Promise((resolve) => one.once("listening", resolve))));
  const ports = servers.map((one) => (one.address() as { port: number }).port);
  await Promise.all(servers.map((one) => new Promise((resolve) => one.close(resolve))));
  return ports;
}
