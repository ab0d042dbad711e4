import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import pg from "pg";
import { buildStarter, startInProcess } from "../../../test/support/starter-process.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { findPostmaster } from "./postmaster.ts";

let root: string;
let builtFolder: string;
let dataFolder: string;
let folders = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "embedded-postgres-test-"));
  // PostgreSQL's account has to pass when the tests run as root.
  await chmod(root, 0o755);
  builtFolder = join(root, "built");
  await buildStarter(builtFolder);
});

beforeEach(() => {
  folders += 1;
  dataFolder = join(root, `data-${folders}`);
});

afterAll(() => rm(root, { recursive: true, force: true }));

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function writeRow(server: EmbeddedPostgres): Promise<void> {
  await query(server.adminUrl("postgres"), "CREATE TABLE kept AS SELECT 'SN-1' AS serial");
}

async function readRows(server: EmbeddedPostgres): Promise<Record<string, unknown>[]> {
  return query(server.adminUrl("postgres"), "SELECT serial FROM kept");
}

test("a restart keeps the rows, and leaves the data where they were asked to be", async () => {
  const notices: string[] = [];
  const onNotice = (line: string): number => notices.push(line);
  const first = await startEmbeddedPostgres(dataFolder, { onNotice });
  await writeRow(first);
  await first.stop();
  expect(await findPostmaster(first.dataFolder)).toBeNull();
  const second = await startEmbeddedPostgres(dataFolder, { onNotice });
  expect(await readRows(second)).toEqual([{ serial: "SN-1" }]);
  expect([first.startedHere, second.startedHere]).toEqual([true, true]);
  // In a checkout that PostgreSQL's account cannot reach, its programs run from a copy.
  expect(notices.filter((line) => !line.includes("programs run from a copy"))).toEqual([]);
  await second.stop();
});

test("the server is closed to everybody but us, and set up alike everywhere", async () => {
  const server = await startEmbeddedPostgres(dataFolder, { settings: { work_mem: "7MB" } });
  const settings = Object.entries({
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    password_encryption: "scram-sha-256",
    data_checksums: "on",
    server_encoding: "UTF8",
    TimeZone: "UTC",
    max_connections: "200",
    work_mem: "7MB",
  });
  for (const [name, value] of settings) {
    expect(await query(server.adminUrl("postgres"), `SHOW "${name}"`)).toEqual([{ [name]: value }]);
  }
  const rules = "SELECT DISTINCT auth_method FROM pg_hba_file_rules";
  expect(await query(server.adminUrl("postgres"), rules)).toEqual([
    { auth_method: "scram-sha-256" },
  ]);
  expect((await stat(server.dataFolder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(dataFolder, "credentials.json"))).mode & 0o777).toBe(0o600);
  const url = server.adminUrl("postgres").replace(/:[^:@]+@/, ":guessed@");
  await expect(query(url, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  await server.stop();
});

test("the server of a killed starter is taken over and stopped by the next one", async () => {
  const starter = startInProcess(builtFolder, dataFolder);
  const { port } = await starter.started;
  starter.child.kill("SIGKILL");
  await once(starter.child, "exit");
  const next = await startEmbeddedPostgres(dataFolder);
  expect([next.port, next.startedHere]).toEqual([port, true]);
  await next.stop();
  expect(await findPostmaster(next.dataFolder)).toBeNull();
});

test("the server of a live starter is joined, and left to it", async () => {
  const starter = startInProcess(builtFolder, dataFolder);
  const { port } = await starter.started;
  const joined = await startEmbeddedPostgres(dataFolder);
  expect([joined.port, joined.startedHere]).toEqual([port, false]);
  await joined.stop();
  expect(await query(joined.adminUrl("postgres"), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await starter.stop();
  expect(await findPostmaster(joined.dataFolder)).toBeNull();
});

test("starters of one new folder at the same time share one server", async () => {
  const starters = [1, 2, 3].map(() => startInProcess(builtFolder, dataFolder));
  const servers = await Promise.all(starters.map(({ started }) => started));
  expect(new Set(servers.map(({ port }) => port)).size).toBe(1);
  expect(servers.filter(({ startedHere }) => startedHere)).toHaveLength(1);
  await Promise.all(starters.map(({ stop }) => stop()));
});

test("committed rows survive a killed server and a killed starter", async () => {
  const starter = startInProcess(builtFolder, dataFolder);
  const first = await starter.started;
  await query(first.adminUrl, "CREATE TABLE kept AS SELECT 'SN-1' AS serial");
  const postmaster = await findPostmaster(first.dataFolder);
  process.kill(postmaster?.pid ?? 0, "SIGKILL");
  starter.child.kill("SIGKILL");
  await once(starter.child, "exit");
  const second = await startEmbeddedPostgres(dataFolder);
  expect(await readRows(second)).toEqual([{ serial: "SN-1" }]);
  await second.stop();
});

test("a starter that was killed while it initialised leaves nothing behind", async () => {
  const starter = startInProcess(builtFolder, dataFolder);
  starter.started.catch(() => undefined);
  const isInitialising = async (): Promise<boolean> =>
    (await readdir(dataFolder).catch(() => [])).some((name) => name.startsWith("initialising-"));
  while (!(await isInitialising())) await sleep(5);
  await sleep(100);
  starter.child.kill("SIGKILL");
  await once(starter.child, "exit");
  expect(await isInitialising()).toBe(true);
  const next = await startEmbeddedPostgres(dataFolder);
  expect([next.startedHere, await isInitialising()]).toEqual([true, false]);
  await next.stop();
  expect(await readdir(dataFolder)).toEqual([
    "cluster.json",
    "credentials.json",
    "postgres",
    "postgres.log",
  ]);
});

test("a process that forgets stop() ends, and its server with it", async () => {
  const starter = startInProcess(builtFolder, dataFolder, { endsAtOnce: true });
  const server = await starter.started;
  await once(starter.child, "exit");
  const deadline = Date.now() + 5_000;
  while ((await findPostmaster(server.dataFolder)) && Date.now() < deadline) await sleep(20);
  expect(await findPostmaster(server.dataFolder)).toBeNull();
});

test("a pid file whose pid now belongs to another program does not stop the start", async () => {
  const first = await startEmbeddedPostgres(dataFolder);
  const pidFile = join(first.dataFolder, "postmaster.pid");
  const lines = (await readFile(pidFile, "utf8")).split("\n");
  const { uid, gid } = await stat(first.dataFolder);
  await first.stop();
  const stranger = await startStranger(uid, gid);
  await writeFile(pidFile, [stranger.pid, ...lines.slice(1)].join("\n"));
  await chown(pidFile, uid, gid);
  const second = await startEmbeddedPostgres(dataFolder);
  expect(second.startedHere).toBe(true);
  await second.stop();
  stranger.kill();
});

/** A live process of the server's own account, which PostgreSQL would take for another server. */
async function startStranger(uid: number, gid: number): Promise<ChildProcess> {
  const asRoot = process.geteuid?.() === 0 ? { uid, gid } : {};
  const options = { ...asRoot, cwd: "/", stdio: "ignore" as const };
  const stranger = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"], options);
  await once(stranger, "spawn");
  return stranger;
}

test.each([
  ["cluster.json", '{"major":17,"relocatedTo":null}', "was written by PostgreSQL 17"],
  ["cluster.json", '{"major":18,"relocatedTo":"/nowhere"}', "should lie in /nowhere"],
  ["cluster.json", "not json", "it is not JSON"],
  ["credentials.json", null, "not the credentials.json that opens them"],
  ["credentials.json", '{"password":"another"}', "refuses the password in credentials.json"],
  ["credentials.json", "the secret itself", "credentials.json: it is not JSON"],
])("a folder whose %s is %s is refused: %s", async (name, content, reason) => {
  await (await startEmbeddedPostgres(dataFolder)).stop();
  const file = join(dataFolder, name);
  if (content === null) await rm(file);
  else await writeFile(file, content);
  await expect(startEmbeddedPostgres(dataFolder)).rejects.toThrow(reason);
  expect(await findPostmaster(join(dataFolder, "postgres"))).toBeNull();
});

test("a start that fails shows the end of the server's log, and no password", async () => {
  await (await startEmbeddedPostgres(dataFolder)).stop();
  const { password } = JSON.parse(await readFile(join(dataFolder, "credentials.json"), "utf8"));
  const settings = { shared_buffers: "plenty" };
  const failure = await startEmbeddedPostgres(dataFolder, { settings }).catch(String);
  expect(failure).toContain('invalid value for parameter "shared_buffers": "plenty"');
  expect(failure).toContain("postgres.log");
  expect(failure).not.toContain(password);
  await (await startEmbeddedPostgres(dataFolder)).stop();
});
