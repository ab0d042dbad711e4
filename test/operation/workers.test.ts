import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  COMMAND,
  ended,
  ROOT,
  type RunningSystem,
  startSystem,
} from "../support/running-system.ts";

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({ environment: { WORKERS: "2" } });
});
afterAll(() => system.stop());

interface LogLine {
  event: string;
  worker: number;
  pid: number;
}

function logged(event: string): LogLine[] {
  const lines = system.errors().split("\n");
  return lines
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as LogLine)
    .filter((line) => line.event === event);
}

/** The processes that answer now, by the workers' numbers. */
function workers(): Map<number, number> {
  return new Map(logged("worker-started").map(({ worker, pid }) => [worker, pid]));
}

/** Asks on a connection of its own, so that any worker may get it. */
async function ask(path: string): Promise<string> {
  const answer = await fetch(`${system.url}${path}`, { headers: { connection: "close" } });
  expect(answer.status).toBe(200);
  return answer.text();
}

async function metric(name: string): Promise<number> {
  const line = (await ask("/metrics")).split("\n").find((one) => one.startsWith(name));
  return Number(line?.split(" ").at(-1));
}

const isAlive = (pid: number | undefined): boolean => {
  try {
    return process.kill(pid ?? 0, 0);
  } catch {
    return false;
  }
};

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries === 1_800) throw new Error(`never came to be:\n${system.errors()}`);
    await sleep(50);
  }
}

test("two workers answer on one port, and one scrape shows both and the primary process", async () => {
  expect([...workers().keys()].sort()).toEqual([1, 2]);
  await Promise.all(
    Array.from({ length: 40 }, () => system.ask(["support"], "query Counted { __typename }")),
  );
  // Connections are handed out in turns.
  await Promise.all(Array.from({ length: 8 }, () => ask("/livez")));
  const text = await ask("/metrics");
  const memory = /^process_resident_memory_bytes\{worker="(\w+)"\}/gm;
  expect([...text.matchAll(memory)].map(([, worker]) => worker).sort()).toEqual([
    "1",
    "2",
    "primary",
  ]);
  const counted = /^tracegraph_requests_total\{document="Counted".*worker="\d"\} (\d+)$/gm;
  const counts = [...text.matchAll(counted)].map(([, count]) => Number(count));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
  expect(text.match(/^# TYPE tracegraph_requests_total /gm)).toHaveLength(1);
  expect(await metric("tracegraph_workers_up")).toBe(2);
});

test("a worker that dies is replaced, and the others answer meanwhile", async () => {
  const killed = workers().get(1);
  process.kill(killed ?? 0, "SIGKILL");
  await until(() => logged("worker-ended").length === 1);
  for (let n = 0; n < 20; n++) await ask("/livez");
  await until(() => workers().get(1) !== killed);
  expect(await metric("tracegraph_workers_up")).toBe(2);
  expect(await metric("tracegraph_workers_replaced_total")).toBe(1);
  expect(JSON.parse(await ask("/readyz"))).toMatchObject({ ready: true });
});

test("a worker that gets SIGTERM finishes what is in flight, and is replaced", async () => {
  const told = workers().get(2);
  const authorization = `Bearer ${await system.token(["support"])}`;
  const query = `{ productionGroup(field: "lotCode", value: "L") { deviceCount } }`;
  // Each on a connection of its own: one that is kept and idle may end before it is used again.
  const asked = Array.from({ length: 30 }, () =>
    fetch(`${system.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", connection: "close", authorization },
      body: JSON.stringify({ query }),
    }).then((answer) => answer.json()),
  );
  process.kill(told ?? 0, "SIGTERM");
  for (const answer of await Promise.all(asked)) {
    expect(answer).toEqual({ data: { productionGroup: null } });
  }
  await until(() => workers().get(2) !== told);
  expect(isAlive(told)).toBe(false);
});

test("what hinders the first workers is told, as of one process", async () => {
  const environment = { WORKERS: "2", PORT: new URL(system.url).port, DATA_DIR: system.dataFolder };
  const start = (more: Record<string, string>) =>
    promisify(execFile)(process.execPath, [COMMAND, "start"], {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: "", ...environment, ...more },
    });
  await expect(start({})).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("PORT_TAKEN"),
  });
  await expect(start({ WORKERS: "many" })).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("WORKERS must be a number from 1 to 64"),
  });
});

test("SIGTERM to the primary process ends the workers and the database", async () => {
  const pids = [...workers().values()];
  const postmaster = await readFile(join(system.dataFolder, "postgres/postmaster.pid"), "utf8");
  await ended(system.process, "SIGTERM");
  expect(system.process.exitCode).toBe(0);
  for (const pid of [...pids, Number(postmaster.split("\n")[0])]) expect(isAlive(pid)).toBe(false);
});

test("the greeting is printed once, with what a worker answers to the one query", async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), "tracegraph-workers-"));
  const child = execFile(process.execPath, [COMMAND, "start"], {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS: "", WORKERS: "2", PORT: "0", DATA_DIR: dataFolder },
  });
  let printed = "";
  child.stdout?.on("data", (chunk) => {
    printed += chunk;
  });
  await until(() => printed.includes("Try next"));
  await ended(child, "SIGTERM");
  expect(printed.match(/tracegraph is ready on/g)).toHaveLength(1);
  expect(printed).toMatch(/# with id = \S+ answers\n\{\n {2}"data": \{/);
  await rm(dataFolder, { recursive: true, force: true });
}, 120_000);
