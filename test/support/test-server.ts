import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "../../shared/postgres/embedded/embedded-postgres.ts";
import { migrate } from "../../shared/postgres/migrate.ts";
import { prepareDatabase } from "../../shared/postgres/prepare-server.ts";
import { SERVICE_DATABASES, templateOf } from "./service-databases.ts";

/** How the tests' processes find the server that the global set-up started. */
export const SERVER_VARIABLE = "TRACEGRAPH_TEST_SERVER";
export const PASSWORD_VARIABLE = "TRACEGRAPH_TEST_PASSWORD";

const running: { server?: EmbeddedPostgres; folder?: string } = {};

/** Starts one PostgreSQL server for the run and migrates a template of each service's database. */
export async function startTestServer(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-test-"));
  const server = await startEmbeddedPostgres(folder);
  Object.assign(running, { server, folder });
  const password = randomBytes(16).toString("hex");
  process.env[SERVER_VARIABLE] = server.adminUrl("postgres");
  process.env[PASSWORD_VARIABLE] = password;
  for (const service of SERVICE_DATABASES) {
    const { ownerUrl } = await prepareDatabase(server.adminUrl("postgres"), service, {
      database: templateOf(service.name),
      passwords: () => password,
    });
    await migrate(ownerUrl, service);
  }
}

export async function stopTestServer(): Promise<void> {
  await running.server?.stop();
  if (running.folder) await rm(running.folder, { recursive: true, force: true });
}
