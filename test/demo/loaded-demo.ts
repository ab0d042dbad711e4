import { randomBytes } from "node:crypto";
import { type DemoSummary, runDemo } from "../../demo/run-demo.ts";
import type { Caller, CallerRole } from "../../shared/caller.ts";
import { inProcessPeer } from "../../shared/graph/in-process-executor.ts";
import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";
import { Database } from "../../shared/postgres/database.ts";
import { startManufacturing } from "../../subgraphs/manufacturing/service.ts";
import { startOwnership } from "../../subgraphs/ownership/service.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";

export const TENANT = "demo";
export const SEED = "loaded";

/** A demo in databases of its own, with both services running on them. */
export interface LoadedDemo {
  summary: DemoSummary;
  databases: { manufacturing: FreshDatabase; ownership: FreshDatabase };
  services: { manufacturing: SubgraphService; ownership: SubgraphService };
  /** Loads another demo into these databases. */
  load(demo: { devices: number; tenant: string; seed?: string }): Promise<DemoSummary>;
  /** Asks a service one document, as a caller of these roles; throws at any error. */
  ask<Data>(service: "manufacturing" | "ownership", question: Question): Promise<Data>;
  close(): Promise<void>;
}

interface Question {
  text: string;
  variables?: Record<string, unknown>;
  roles?: readonly CallerRole[];
  subject?: string;
}

export async function loadedDemo(devices: number): Promise<LoadedDemo> {
  const databases = {
    manufacturing: await freshDatabase("manufacturing"),
    ownership: await freshDatabase("ownership"),
  };
  const secrets = { encryptionKey: randomBytes(32), secretPepper: randomBytes(32) };
  const load: LoadedDemo["load"] = (demo) =>
    runDemo({
      seed: SEED,
      ...demo,
      ...secrets,
      manufacturingUrl: databases.manufacturing.ownerUrl,
      ownershipUrl: databases.ownership.ownerUrl,
    });
  const summary = await load({ devices, tenant: TENANT });
  const services: Partial<Record<"manufacturing" | "ownership", SubgraphService>> = {};
  const peer = (name: "manufacturing" | "ownership") =>
    inProcessPeer(() => services[name] as SubgraphService);
  const peers = { manufacturing: peer("manufacturing"), ownership: peer("ownership") };
  const { manufacturing, ownership } = databases;
  const started = {
    manufacturing: await startManufacturing({ databaseUrl: manufacturing.appUrl }, peers),
    ownership: await startOwnership({ databaseUrl: ownership.appUrl, ...secrets }, peers),
  };
  Object.assign(services, started);
  return {
    summary,
    databases,
    services: started,
    load,
    async ask<Data>(service: "manufacturing" | "ownership", question: Question) {
      const { text, variables = {}, roles = ["admin"], subject = "tester" } = question;
      const caller: Caller = { subject, tenant: TENANT, roles, client: "test" };
      const { data, errors } = await peers[service](caller, text, variables);
      if (errors) throw errors[0];
      return data as Data;
    },
    async close() {
      await services.ownership?.close();
      await services.manufacturing?.close();
      await Promise.all([manufacturing.drop(), ownership.drop()]);
    },
  };
}

/** Connections of the application's with time for statements that go through everything. */
export function patient(database: FreshDatabase, service: string): Database {
  return new Database({
    url: database.appUrl,
    role: `${service}_app`,
    poolSize: 1,
    statementTimeoutMs: 120_000,
  });
}
