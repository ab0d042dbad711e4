import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { gatewayDatabase } from "../../gateway/database.ts";
import { startEmbeddedPostgres } from "../../shared/postgres/embedded/embedded-postgres.ts";
import { migrate } from "../../shared/postgres/migrate.ts";
import { prepareDatabase } from "../../shared/postgres/prepare-server.ts";

/** A server of its own that holds the gateway's database, empty. */
export interface GatewayServer {
  appUrl: string;
  postmasterPid: number;
  stop(): Promise<void>;
}

export async function startGatewayServer(): Promise<GatewayServer> {
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-bench-"));
  const server = await startEmbeddedPostgres(folder);
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const adminUrl = server.adminUrl("postgres");
    const urls = await prepareDatabase(adminUrl, gatewayDatabase, { passwords: () => "bench" });
    await migrate(urls.ownerUrl, gatewayDatabase);
    return { appUrl: urls.appUrl, postmasterPid: await postmasterPid(adminUrl), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function postmasterPid(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const text = "SELECT pg_read_file('postmaster.pid') AS text";
    const { rows } = await client.query<{ text: string }>(text);
    return Number(rows[0]?.text.split("\n", 1)[0]);
  } finally {
    await client.end();
  }
}
