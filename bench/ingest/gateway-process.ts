import { openDevelopmentIssuer } from "../../gateway/identity/development-issuer.ts";
import { documentIdOf, publishForApp } from "../published-documents.ts";
import type { BenchDatabases } from "../walk/bench-databases.ts";
import { type BenchProcess, startProcess } from "../walk/bench-process.ts";
import { databaseUrls } from "../walk/gateway-variants.ts";
import { COMMAND } from "../walk/places.ts";

/** What a line's software sends for each device. */
export const RECORD_ONE = `mutation RecordOne($input: [DeviceRecordInput!]!, $key: String!) {
  recordDevices(input: $input, idempotencyKey: $key) {
    verdicts { serialNumber outcome revision code message field }
  }
}`;
export const RECORD_ONE_ID = documentIdOf(RECORD_ONE);

/** The product as `tracegraph start` starts it, in one process. */
export interface IngestGateway {
  process: BenchProcess;
  origin: string;
  /** A line's app that has published `RECORD_ONE`. */
  token: string;
}

export async function startGatewayProcess(
  bench: BenchDatabases,
  { coalesces, profileFolder }: { coalesces: boolean; profileFolder: string | null },
): Promise<IngestGateway> {
  const process_ = await startProcess(COMMAND, ["start", "--json"], {
    name: coalesces ? "gateway" : "gateway-apart",
    node: process.execPath,
    profileFolder,
    logFolder: bench.dataFolder,
    environment: {
      ...databaseUrls(bench),
      DATA_DIR: bench.dataFolder,
      PORT: "0",
      COALESCING: coalesces ? "on" : "off",
    },
  });
  const { origin } = new URL(process_.url);
  const issuer = await openDevelopmentIssuer(bench.dataFolder);
  const app = { name: "bench-line", roles: ["line"], tenant: bench.tenant } as const;
  const token = await publishForApp(origin, issuer, { ...app, documents: [RECORD_ONE] });
  return { process: process_, origin, token };
}
