import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { ExecutionResult } from "graphql";
import pg from "pg";
import type { Caller } from "../../shared/caller.ts";
import { inProcessExecutor } from "../../shared/graph/in-process-executor.ts";
import { type RemoteExecutor, remoteExecutor } from "../../shared/graph/remote-executor.ts";
import { setLogWriter } from "../../shared/log.ts";
import { type ServedPair, servedPair } from "../support/served-pair.ts";

const ANNA: Caller = { subject: "anna", tenant: "demo", roles: ["line"], client: null };
const READ = `{ device(serialNumber: "SN-1") { id } }`;
const WRITE = `mutation { recordDevices(input: [{ serialNumber: "SN-2" }]) { recorded } }`;
const TIMEOUT = expect.objectContaining({
  extensions: expect.objectContaining({ code: "TIMEOUT" }),
});

let served: ServedPair;
let remote: RemoteExecutor;
/** Holds a lock that every statement on a device waits for. */
let holder: pg.Client;
setLogWriter(() => undefined);

beforeAll(async () => {
  served = await servedPair();
  const { remote: config, sign, pair } = served;
  remote = remoteExecutor({ subgraph: "manufacturing", url: config.manufacturingUrl, sign });
  holder = new pg.Client({ connectionString: pair.databases.manufacturing.adminUrl });
  await holder.connect();
});
afterEach(() => holder.query("ROLLBACK"));
afterAll(async () => {
  await holder.end();
  await remote.close();
  await served.close();
});

const lock = () => holder.query("BEGIN; LOCK TABLE device IN ACCESS EXCLUSIVE MODE");
const running = async (): Promise<string[]> => {
  const rows = await served.pair.databases.manufacturing.admin<{ query: string }>(
    `SELECT query FROM pg_stat_activity
     WHERE datname = current_database() AND usename LIKE '%app' AND state <> 'idle'`,
  );
  return rows.map(({ query }) => query);
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const inProcess = (text: string, deadlineAt: number): Promise<ExecutionResult> => {
  const service = served.pair.manufacturing;
  const context = service.createContext(ANNA, { requestId: "r", deadlineAt });
  return inProcessExecutor(service)({ text, variables: {}, context });
};
const overHttp = (text: string, deadlineAt: number): Promise<ExecutionResult> => {
  const vouched = { caller: ANNA, requestId: "r", deadlineAt };
  return remote({ text, variables: {}, vouched, deadlineMs: 10_000 });
};

describe.each([
  ["in this process", inProcess],
  ["over HTTP", overHttp],
])("%s", (_, ask) => {
  test.each([
    ["reads", READ],
    ["writes", WRITE],
  ])("a statement that %s and waits for a lock ends soon after the deadline", async (_, text) => {
    await lock();
    const began = performance.now();
    const asked = ask(text, Date.now() + 600);
    await pause(300);
    expect((await running()).length).toBeGreaterThan(0);
    const { errors } = await asked;
    expect(errors).toEqual([TIMEOUT]);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(await running()).toEqual([]);
    await holder.query("ROLLBACK");
    const rows = await served.pair.databases.manufacturing.admin("SELECT 1 FROM device");
    expect(rows).toEqual([]);
  });

  test("nothing is sent after the deadline", async () => {
    const { sent } = served.pair.databases.manufacturing;
    sent.length = 0;
    for (const text of [READ, WRITE]) {
      expect((await ask(text, Date.now() - 1)).errors).toEqual([TIMEOUT]);
    }
    expect(sent).toEqual([]);
  });

  test("a request with time left sends no statement about time", async () => {
    const { sent } = served.pair.databases.manufacturing;
    await Promise.all(Array.from({ length: 8 }, () => ask(READ, Date.now() + 25_000)));
    sent.length = 0;
    expect((await ask(READ, Date.now() + 25_000)).errors).toBeUndefined();
    expect(sent).toHaveLength(1);
  });
});
