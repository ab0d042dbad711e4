import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { gatewayDatabase } from "../../gateway/database.ts";
import { startEmbeddedPostgres } from "../../shared/postgres/embedded/embedded-postgres.ts";
import { migrate, type ServiceDatabase } from "../../shared/postgres/migrate.ts";
import { prepareDatabase } from "../../shared/postgres/prepare-server.ts";
import { manufacturingDatabase } from "../../subgraphs/manufacturing/subgraph.ts";
import { ownershipDatabase } from "../../subgraphs/ownership/subgraph.ts";
import type { CampaignDatabases } from "./system.ts";

/** A PostgreSQL server of the campaign's own, which it may kill and which nobody misses. */
export interface ThrowawayServer {
  databases: CampaignDatabases & { gateway: string };
  /**
   * Kills one of PostgreSQL's processes that serves the database, Ownership's if not named.
   * PostgreSQL then drops all its memory and connections, and recovers from its log. Resolves when
   * it answers again.
   */
  kill(database?: keyof ThrowawayServer["databases"]): Promise<void>;
  close(): Promise<void>;
}

const BACKEND = `SELECT pid FROM pg_stat_activity
  WHERE datname = $1 AND backend_type = 'client backend' ORDER BY state_change DESC LIMIT 1`;

export async function startThrowawayServer(): Promise<ThrowawayServer> {
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-kills-"));
  const server = await startEmbeddedPostgres(folder);
  const close = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const password = randomBytes(16).toString("hex");
  const open = async (service: ServiceDatabase) => {
    const passwords = () => password;
    const urls = await prepareDatabase(server.adminUrl("postgres"), service, { passwords });
    await migrate(urls.ownerUrl, service);
    return urls.appUrl;
  };
  try {
    const databases = {
      manufacturing: await open(manufacturingDatabase),
      ownership: await open(ownershipDatabase),
      gateway: await open(gatewayDatabase),
    };
    const kill: ThrowawayServer["kill"] = (database = "ownership") =>
      killBackend(server.adminUrl("postgres"), database);
    return { databases, kill, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function killBackend(url: string, database: string): Promise<void> {
  process.kill(await backendOf(url, database), "SIGKILL");
  // It notices within moments; until then it answers as if nothing had happened.
  await sleep(200);
  for (let tries = 1; ; tries++) {
    try {
      await ask(url, "SELECT 1");
      return;
    } catch (error) {
      if (tries === 300) throw error;
      await sleep(100);
    }
  }
}

/** Whoever was cut off by the kill before this one connects again within moments. */
async function backendOf(url: string, database: string): Promise<number> {
  for (let tries = 1; tries <= 100; tries++) {
    const [backend] = await ask<{ pid: number }>(url, BACKEND, [database]);
    if (backend) return backend.pid;
    await sleep(100);
  }
  throw new Error(`nobody is connected to the database ${database}`);
}

async function ask<Row>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  // Its connection ends with the others, and the query's own failure says so.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(text, values)).rows as Row[];
  } finally {
    await client.end();
  }
}
