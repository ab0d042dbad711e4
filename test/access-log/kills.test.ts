import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import pg from "pg";
import { gatewayDatabase } from "../../gateway/database.ts";
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "../../shared/postgres/embedded/embedded-postgres.ts";
import { migrate } from "../../shared/postgres/migrate.ts";
import { prepareDatabase } from "../../shared/postgres/prepare-server.ts";
import { type Acknowledgement, startRecording } from "./recording-process.ts";

const ROUNDS = 3;
const LINES_BEFORE_KILL = 2_000;

let folder: string;
let server: EmbeddedPostgres;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-access-kills-"));
  server = await startEmbeddedPostgres(folder);
  const urls = await prepareDatabase(server.adminUrl("postgres"), gatewayDatabase, {
    passwords: () => "secret",
  });
  await migrate(urls.ownerUrl, gatewayDatabase);
  url = urls.appUrl;
  // For the control alone: what nobody waits for stays in memory for as long as this.
  await ask("ALTER SYSTEM SET wal_writer_delay = '10s'");
  await ask("SELECT pg_reload_conf()");
}, 60_000);

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function ask<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: server.adminUrl("gateway") });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(text, values)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** Kills a process of PostgreSQL that records: it drops all its memory, and recovers from its log. */
async function killPostgres(): Promise<void> {
  const [backend] = await ask<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE usename = 'gateway_app' ORDER BY query_start DESC LIMIT 1",
  );
  if (!backend) throw new Error("nobody records");
  process.kill(backend.pid, "SIGKILL");
  await sleep(200);
  for (let tries = 1; tries <= 100; tries++) {
    if (await ask("SELECT 1").catch(() => null)) return;
    await sleep(100);
  }
  throw new Error("PostgreSQL did not come back");
}

/** How many of the acknowledged lines are missing after a kill, in all rounds. */
async function lostLines(
  acknowledgement: Acknowledgement,
  kill: (child: { pid?: number | undefined }) => Promise<void>,
): Promise<number> {
  let lost = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    const prefix = `${acknowledgement}-${kill.name}-${round}-${randomUUID()}`;
    const recording = startRecording(url, { prefix, acknowledgement });
    await recording.reached(LINES_BEFORE_KILL + Math.round(Math.random() * 500));
    await kill(recording.child);
    await recording.ended;
    const missing = await ask<{ n: number }>(
      `SELECT count(*)::int AS n FROM unnest($1::text[]) AS id
       WHERE NOT EXISTS (SELECT FROM access_log WHERE request_id = id)`,
      [recording.acknowledged],
    );
    lost += missing[0]?.n ?? 0;
  }
  return lost;
}

/** A kill may meet a moment in which nothing is on its way: of some rounds one meets it. */
async function lostInTries(...how: Parameters<typeof lostLines>): Promise<number> {
  let lost = 0;
  for (let tries = 1; tries <= 5 && lost === 0; tries++) lost = await lostLines(...how);
  return lost;
}

async function killGateway({ pid }: { pid?: number | undefined }): Promise<void> {
  if (pid) process.kill(pid, "SIGKILL");
}

test("kill -9 of the process that records loses no line that was acknowledged", async () => {
  expect(await lostLines("recorded", killGateway)).toBe(0);
}, 60_000);

test("control: who answers before the line is recorded loses lines by it", async () => {
  expect(await lostInTries("asked", killGateway)).toBeGreaterThan(0);
}, 120_000);

test("kill -9 of PostgreSQL loses no line that was acknowledged", async () => {
  await ask("ALTER DATABASE gateway SET synchronous_commit = off");
  expect(await lostLines("recorded", killPostgres)).toBe(0);
}, 120_000);

test("control: a commit that does not wait for the disk loses lines by it", async () => {
  await ask("ALTER DATABASE gateway SET synchronous_commit = off");
  expect(await lostInTries("lazy", killPostgres)).toBeGreaterThan(0);
}, 240_000);
