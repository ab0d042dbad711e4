import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, ServiceProcess } from "../../bench/provisioning-kills/service-process.ts";
import { openDevelopmentIssuer } from "../../gateway/identity/development-issuer.ts";
import type { Role } from "../../shared/caller.ts";
import { createServiceKeys } from "../../shared/graph/service-keys.ts";
import { freshDatabase } from "../support/postgres.ts";

const SERVICES = ["manufacturing", "ownership", "gateway"] as const;
type Service = (typeof SERVICES)[number];

/** Gateway and subgraphs, each in a process of its own, on databases of their own. */
export interface SplitSystem {
  url: string;
  /** Where each service's process listens. */
  ports: Record<Service, number>;
  /** What each service wrote to standard error, line by line. */
  lines: Record<Service, string[]>;
  token(roles: readonly Role[]): Promise<string>;
  close(): Promise<void>;
}

export async function splitSystem(environment: Record<string, string> = {}): Promise<SplitSystem> {
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-split-"));
  await createServiceKeys(folder);
  const databases = await Promise.all(SERVICES.map((service) => freshDatabase(service)));
  const ports = {
    manufacturing: await freePort(),
    ownership: await freePort(),
    gateway: await freePort(),
  };
  const lines: SplitSystem["lines"] = { manufacturing: [], ownership: [], gateway: [] };
  const shared = {
    SERVICE_KEYS_DIR: folder,
    DATA_DIR: folder,
    MANUFACTURING_URL: `http://127.0.0.1:${ports.manufacturing}/graphql`,
    OWNERSHIP_URL: `http://127.0.0.1:${ports.ownership}/graphql`,
    OWNERSHIP_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    OWNERSHIP_SECRET_PEPPER: randomBytes(32).toString("base64"),
    ...Object.fromEntries(
      databases.map(({ appUrl }, index) => [
        `${SERVICES[index]?.toUpperCase()}_DATABASE_URL`,
        appUrl,
      ]),
    ),
    ...environment,
  };
  const processes = SERVICES.map((service) => {
    const observe = (line: string) => void lines[service].push(line);
    return new ServiceProcess(service, { ...shared, PORT: `${ports[service]}` }, observe);
  });
  await Promise.all(processes.map((process) => process.start()));
  return {
    url: `http://127.0.0.1:${ports.gateway}`,
    ports,
    lines,
    async token(roles) {
      const issuer = await openDevelopmentIssuer(folder);
      return issuer.sign({ roles, tenants: ["demo"], lifetimeSeconds: 600 });
    },
    async close() {
      await Promise.all(processes.map((process) => process.kill()));
      await Promise.all(databases.map((database) => database.drop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
