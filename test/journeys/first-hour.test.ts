import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { DemoExamples } from "../../demo/examples.ts";
import { WALK } from "../../start/greeting.ts";
import {
  COMMAND,
  ended,
  ROOT,
  type RunningSystem,
  startSystem,
} from "../support/running-system.ts";

const CONNHEX_FILE = join(ROOT, "../shared/data/connhex/test_provision.csv");
const CATENA_X_FILE = join(ROOT, "../shared/data/catenax-irs/smallTestdata.json");

/** Says in a test's name why it was left out. */
function unlessThere(file: string): string {
  return existsSync(file) ? "" : " (skipped: data not present)";
}

let system: RunningSystem;
let examples: DemoExamples;
beforeAll(async () => {
  system = await startSystem({ seed: "demo" });
  examples = JSON.parse(await readFile(join(system.dataFolder, "demo.json"), "utf8"));
});
afterAll(() => system.stop());

/** What a command line printed and how it ended. */
interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

async function tracegraph(...words: string[]): Promise<Ended> {
  const environment = { TRACEGRAPH_URL: system.url, DATA_DIR: system.dataFolder };
  const options = { cwd: ROOT, env: { ...process.env, NODE_OPTIONS: "", ...environment } };
  return promisify(execFile)(process.execPath, [COMMAND, ...words], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

test("the one query walks from the demo's connhexId to history, siblings and owner", async () => {
  const { data, errors } = await system.ask(["support"], WALK, { id: examples.connhexId });
  expect(errors).toBeUndefined();
  const { device } = data;
  expect(device).toMatchObject({
    serialNumber: examples.serialNumber,
    lotCode: examples.lotCode,
    lot: { value: examples.lotCode },
    identity: { state: "ACTIVE" },
    owner: { displayName: expect.any(String) },
  });
  expect(device.history.nodes.length).toBeGreaterThan(3);
  expect(device.lot.devices.nodes).toHaveLength(50);
  expect(device.lot.deviceCount).toBeGreaterThan(50);
  expect(device.ownerships.at(-1)).toMatchObject({ to: null, owner: device.owner });
});

describe(`Connhex's own file${unlessThere(CONNHEX_FILE)}`, () => {
  const known = existsSync(CONNHEX_FILE) ? test : test.skip;

  known("is recorded and provisioned; each device then answers the walk", async () => {
    const { code, stdout } = await tracegraph("import", CONNHEX_FILE, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      rows: 4,
      recorded: 4,
      refused: 0,
      provisioning: { provisioned: 4 },
    });
    const bySerial = await tracegraph("device", "SN123456789", "--json");
    const { connhexId } = JSON.parse(bySerial.stdout).data.device;
    const { data, errors } = await system.ask(["support"], WALK, { id: connhexId });
    expect(errors).toBeUndefined();
    expect(data.device).toMatchObject({
      serialNumber: "SN123456789",
      identity: { state: "ACTIVE" },
      owner: null,
      ownerships: [],
    });
    expect(
      data.device.history.nodes.map(({ changed }: { changed: string[] }) => changed.at(-1)),
    ).toEqual(expect.arrayContaining(["connhexId"]));
    const page = await tracegraph("device", connhexId);
    expect(page.stdout).toContain("SN123456789");
  });

  known("imported again changes nothing and says so", async () => {
    const { code, stdout } = await tracegraph("import", CONNHEX_FILE, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 4, recorded: 0, unchanged: 4, refused: 0 });
  });
});

(existsSync(CATENA_X_FILE) ? test : test.skip)(
  `an automotive network's as-built file becomes devices and lots${unlessThere(CATENA_X_FILE)}`,
  async () => {
    const imported = await tracegraph("import", "--format", "catena-x", CATENA_X_FILE, "--json");
    expect(imported.code).toBe(0);
    // 147 twins tell of 144 parts: three tell again of a part that another twin tells of.
    expect(JSON.parse(imported.stdout)).toMatchObject({
      ...{ rows: 144, recorded: 144, refused: 0 },
      installations: { recorded: 218 },
    });
  },
);

test("of a file with bad rows the good ones are recorded, and the exit code says so", async () => {
  const file = join(system.dataFolder, "rows.csv");
  await writeFile(
    file,
    "serial_number,lot_code,phase\nJ-1,L-1,TESTING\nJ-2,L-1,NOWHERE\nJ-1,L-2,\nJ-3,L-1,\n",
  );
  const { code, stdout, stderr } = await tracegraph("import", file, "--json");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ rows: 4, recorded: 2, refused: 2 });
  expect(`${stdout}${stderr}`).not.toMatch(/\bat .*\.(ts|js):\d+/);
  const group = `query { productionGroup(field: "lotCode", value: "L-1") { deviceCount } }`;
  expect((await system.ask(["support"], group)).data).toEqual({
    productionGroup: { deviceCount: 2 },
  });
});

test("the record agrees with itself, and check says so beside the running system", async () => {
  const { code, stdout } = await tracegraph("check");
  expect(stdout).toContain("everything agrees");
  expect(code).toBe(0);
});

test("Ctrl-C stops the database too; the next start has the same record", async () => {
  const postmaster = Number(
    (await readFile(join(system.dataFolder, "postgres/postmaster.pid"), "utf8")).split("\n")[0],
  );
  await system.stop({ keepData: true });
  expect(system.process.exitCode).toBe(0);
  expect(() => process.kill(postmaster, 0)).toThrow("ESRCH");
  system = await startSystem({ dataFolder: system.dataFolder, seed: "demo" });
  const { data } = await system.ask(["support"], WALK, { id: examples.connhexId });
  expect(data.device.serialNumber).toBe(examples.serialNumber);
});

test("a start after kill -9 takes over the database that lived on", async () => {
  await ended(system.process, "SIGKILL");
  system = await startSystem({ dataFolder: system.dataFolder, seed: "demo" });
  const { data } = await system.ask(["support"], WALK, { id: examples.connhexId });
  expect(data.device.serialNumber).toBe(examples.serialNumber);
});

test("a second start beside it says what is in its way", async () => {
  const port = new URL(system.url).port;
  const start = promisify(execFile)(process.execPath, [COMMAND, "start"], {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS: "", PORT: port, DATA_DIR: system.dataFolder },
  });
  await expect(start).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("PORT_TAKEN"),
  });
});
