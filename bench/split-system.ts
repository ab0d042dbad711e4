import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type DevelopmentToken,
  openDevelopmentIssuer,
} from "../gateway/identity/development-issuer.ts";
import { createServiceKeys } from "../shared/graph/service-keys.ts";
import { freePort, ServiceProcess } from "./provisioning-kills/service-process.ts";

const SERVICES = ["manufacturing", "ownership", "gateway"] as const;
type Service = (typeof SERVICES)[number];

/** Gateway and subgraphs, each in a process of its own. */
export interface SplitSystem {
  url: string;
  /** Where each service's process listens. */
  ports: Record<Service, number>;
  processes: Record<Service, ServiceProcess>;
  /** What each service wrote to standard error, line by line. */
  lines: Record<Service, string[]>;
  /** A token of the tenant `demo`. */
  token(of: Pick<DevelopmentToken, "roles" | "subject">): Promise<string>;
  close(): Promise<void>;
}

export interface SplitSystemOptions {
  /** Logins of the applications to migrated databases. */
  databases: Record<Service, string>;
  /** Of every process. */
  environment?: Readonly<Record<string, string>>;
  /** Of the gateway's process alone. */
  gatewayEnvironment?: Readonly<Record<string, string>>;
}

export async function startSplitSystem(options: SplitSystemOptions): Promise<SplitSystem> {
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-split-"));
  await createServiceKeys(folder);
  const ports = {
    manufacturing: await freePort(),
    ownership: await freePort(),
    gateway: await freePort(),
  };
  const lines: SplitSystem["lines"] = { manufacturing: [], ownership: [], gateway: [] };
  const shared = environmentOf(options, folder, ports);
  const open = (service: Service, more: Readonly<Record<string, string>> = {}) =>
    new ServiceProcess(service, { ...shared, PORT: `${ports[service]}`, ...more }, (line) =>
      lines[service].push(line),
    );
  const processes = {
    manufacturing: open("manufacturing"),
    ownership: open("ownership"),
    gateway: open("gateway", options.gatewayEnvironment),
  };
  const close = async () => {
    await Promise.all(Object.values(processes).map((process) => process.kill()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(Object.values(processes).map((process) => process.start()));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${ports.gateway}`,
    ports,
    processes,
    lines,
    async token(of) {
      const issuer = await openDevelopmentIssuer(folder);
      return issuer.sign({ tenants: ["demo"], lifetimeSeconds: 3_600, ...of });
    },
    close,
  };
}

function environmentOf(
  { databases, environment }: SplitSystemOptions,
  folder: string,
  ports: Record<Service, number>,
): Record<string, string> {
  const urls = SERVICES.map((service) => [
    `${service.toUpperCase()}_DATABASE_URL`,
    databases[service],
  ]);
  return {
    HOST: "127.0.0.1",
    SERVICE_KEYS_DIR: folder,
    DATA_DIR: folder,
    MANUFACTURING_URL: `http://127.0.0.1:${ports.manufacturing}/graphql`,
    OWNERSHIP_URL: `http://127.0.0.1:${ports.ownership}/graphql`,
    OWNERSHIP_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    OWNERSHIP_SECRET_PEPPER: randomBytes(32).toString("base64"),
    ...Object.fromEntries(urls),
    ...environment,
  };
}
