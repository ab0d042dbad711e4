import { writeFile } from "node:fs/promises";
import { Client } from "undici";
import { openDevelopmentIssuer } from "../../gateway/identity/development-issuer.ts";
import { SERVICE_NAMES } from "../../start/databases.ts";
import { documentIdOf, publishForApp } from "../published-documents.ts";
import { startProcess } from "../walk/bench-process.ts";
import { COMMAND } from "../walk/places.ts";
import { cpuMsOf, peakResidentMbOf } from "../walk/process-usage.ts";
import { DOCUMENTS, type DocumentName } from "./documents.ts";
import type { RecallDatabases } from "./recall-databases.ts";

/** Asks a published document. Fails where the answer has errors. */
export type Ask = (
  name: DocumentName,
  variables: Readonly<Record<string, unknown>>,
) => Promise<unknown>;

/** The product as `tracegraph start` starts it, everything in one process, asked over HTTP. */
export interface RecallGateway {
  ask: Ask;
  /** CPU that its process has used so far. */
  cpuMs(): number;
  /** From now on its peak of memory is a new one; without effect where the system has none. */
  forgetPeak(): Promise<void>;
  peakMb(): number;
  stop(): Promise<void>;
}

export async function startRecallGateway(
  bench: RecallDatabases,
  profileFolder: string | null,
): Promise<RecallGateway> {
  const { dataFolder, databases, devices } = bench;
  const urls = SERVICE_NAMES.flatMap((name) => [
    [`${name.toUpperCase()}_DATABASE_URL`, databases[name].appUrl],
    [`${name.toUpperCase()}_OWNER_DATABASE_URL`, databases[name].ownerUrl],
  ]);
  const gateway = await startProcess(COMMAND, ["start", "--json"], {
    name: `gateway-${devices}`,
    node: process.execPath,
    profileFolder,
    logFolder: dataFolder,
    environment: { ...Object.fromEntries(urls), PORT: "0", SEED: "none", DATA_DIR: dataFolder },
  });
  try {
    const { origin } = new URL(gateway.url);
    const issuer = await openDevelopmentIssuer(dataFolder);
    const token = await publishForApp(origin, issuer, {
      name: "bench-recall",
      roles: ["recall_manager"],
      tenant: bench.tenant,
      documents: Object.values(DOCUMENTS),
    });
    const client = new Client(origin, { bodyTimeout: 60_000, headersTimeout: 60_000 });
    return {
      ask: asking(client, token),
      cpuMs: () => cpuMsOf([gateway.pid]),
      forgetPeak: () => writeFile(`/proc/${gateway.pid}/clear_refs`, "5").catch(() => undefined),
      peakMb: () => peakResidentMbOf(gateway.pid),
      async stop() {
        await client.close();
        await gateway.stop();
      },
    };
  } catch (error) {
    await gateway.stop();
    throw error;
  }
}

function asking(client: Client, token: string): Ask {
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    accept: "application/json",
  };
  return async (name, variables) => {
    const documentId = documentIdOf(DOCUMENTS[name]);
    const body = JSON.stringify({ documentId, variables });
    const answer = await client.request({ method: "POST", path: "/graphql", headers, body });
    const { data, errors } = (await answer.body.json()) as { data?: unknown; errors?: unknown };
    if (errors || !data) throw new Error(`${name} failed: ${JSON.stringify(errors)}`);
    return data;
  };
}
