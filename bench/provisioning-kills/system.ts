import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Role } from "../../shared/caller.ts";
import { type RemoteExecutor, remoteExecutor } from "../../shared/graph/remote-executor.ts";
import { createServiceKeys, readServiceKeys } from "../../shared/graph/service-keys.ts";
import { GATEWAY, serviceSigner } from "../../shared/graph/service-token.ts";
import { SUBGRAPH_PATH } from "../../shared/graph/subgraph-server.ts";
import { Evidence } from "./evidence.store.ts";
import type { PlannedBatch } from "./plan.ts";
import { freePort, ServiceProcess } from "./service-process.ts";

const TENANT = "demo";
const DEADLINE_MS = 25_000;

const RECORD = `mutation ($input: [DeviceRecordInput!]!) {
  recordDevices(input: $input) { recorded refused }
}`;
const PROVISION = `mutation ($input: [ProvisionInput!]!, $key: String) {
  provisionDevices(input: $input, idempotencyKey: $key) {
    verdicts { index serialNumber connhexId outcome code message field initKey claimCode }
  }
}`;

export interface Verdict {
  index: number;
  serialNumber: string;
  connhexId: string | null;
  outcome: "PROVISIONED" | "PENDING" | "UNCHANGED" | "REFUSED";
  code: string | null;
  message: string | null;
  field: string | null;
  initKey: string | null;
  claimCode: string | null;
}

/** What a client got for a batch: its verdicts, or null where no answer came. */
export interface Answer {
  batch: PlannedBatch;
  verdicts: readonly Verdict[] | null;
}

/** Logins of the applications to migrated databases. */
export interface CampaignDatabases {
  manufacturing: string;
  ownership: string;
}

export type Services = Record<"manufacturing" | "ownership", ServiceProcess>;

/** Both services in processes of their own, asked as the gateway asks them. */
export interface System {
  services: Services;
  evidence: Evidence;
  record(batches: readonly PlannedBatch[]): Promise<void>;
  provision(batch: PlannedBatch): Promise<Answer>;
  close(): Promise<void>;
}

export async function openSystem(databases: CampaignDatabases): Promise<System> {
  const keysFolder = await mkdtemp(join(tmpdir(), "tracegraph-kills-"));
  await createServiceKeys(keysFolder);
  const { services, urls } = await prepareServices(databases, keysFolder);
  const { privateKey } = await readServiceKeys(keysFolder, GATEWAY);
  const sign = serviceSigner(GATEWAY, privateKey);
  const executors = {
    manufacturing: remoteExecutor({ subgraph: "manufacturing", url: urls.manufacturing, sign }),
    ownership: remoteExecutor({ subgraph: "ownership", url: urls.ownership, sign }),
  };
  const evidence = new Evidence(databases, TENANT);
  const close = async () => {
    await Promise.all(Object.values(services).map((service) => service.kill()));
    await Promise.all(Object.values(executors).map((executor) => executor.close()));
    await evidence.close();
    await rm(keysFolder, { recursive: true, force: true });
  };
  try {
    await Promise.all(Object.values(services).map((service) => service.start()));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    services,
    evidence,
    record: (batches) => record(executors.manufacturing, batches),
    provision: (batch) => provision(executors.ownership, batch),
    close,
  };
}

async function prepareServices(databases: CampaignDatabases, keysFolder: string) {
  const ports = { manufacturing: await freePort(), ownership: await freePort() };
  const urlOf = (port: number) => `http://127.0.0.1:${port}${SUBGRAPH_PATH}`;
  const urls = {
    manufacturing: urlOf(ports.manufacturing),
    ownership: urlOf(ports.ownership),
  };
  const shared = { SERVICE_KEYS_DIR: keysFolder, HOST: "127.0.0.1" };
  const services: Services = {
    manufacturing: new ServiceProcess("manufacturing", {
      ...shared,
      PORT: String(ports.manufacturing),
      MANUFACTURING_DATABASE_URL: databases.manufacturing,
      OWNERSHIP_URL: urls.ownership,
    }),
    ownership: new ServiceProcess("ownership", {
      ...shared,
      PORT: String(ports.ownership),
      OWNERSHIP_DATABASE_URL: databases.ownership,
      OWNERSHIP_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
      OWNERSHIP_SECRET_PEPPER: randomBytes(32).toString("base64"),
      MANUFACTURING_URL: urls.manufacturing,
    }),
  };
  return { services, urls };
}

async function record(execute: RemoteExecutor, batches: readonly PlannedBatch[]): Promise<void> {
  const input = batches.flatMap(({ rows, quarantined }) =>
    rows.map(({ serialNumber }) => ({
      serialNumber,
      disposition: quarantined.has(serialNumber) ? "QUARANTINED" : "RELEASED",
    })),
  );
  const { data, errors } = await execute(operation(RECORD, { input }, "line"));
  const recorded = (data?.recordDevices as { recorded: number } | undefined)?.recorded;
  if (recorded !== input.length) throw new Error(`not recorded: ${JSON.stringify(errors ?? data)}`);
}

async function provision(execute: RemoteExecutor, batch: PlannedBatch): Promise<Answer> {
  const { rows: input, key } = batch;
  try {
    const { data } = await execute(operation(PROVISION, { input, key }, "line"));
    const answered = data?.provisionDevices as { verdicts: Verdict[] } | null | undefined;
    return { batch, verdicts: answered?.verdicts ?? null };
  } catch {
    // The connection ended with the process: that is what a client sees of a kill.
    return { batch, verdicts: null };
  }
}

let requests = 0;

function operation(text: string, variables: Record<string, unknown>, role: Role) {
  const caller = { subject: "line-1", tenant: TENANT, roles: [role], client: "campaign" };
  const requestId = `campaign-${++requests}`;
  return { text, variables, vouched: { caller, requestId }, deadlineMs: DEADLINE_MS };
}
