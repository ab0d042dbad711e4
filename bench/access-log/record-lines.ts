import { createHash } from "node:crypto";
import type { AccessLine } from "../../gateway/access-log/access-line.ts";
import { type AccessLog, openAccessLog } from "../../gateway/access-log/access-log.ts";
import { ACCESS_LOG } from "../../gateway/access-log/limits.ts";
import { Database } from "../../shared/postgres/database.ts";
import { cpuMsOf } from "../walk/process-usage.ts";
import type { GatewayServer } from "./gateway-server.store.ts";

/** Who records: so many at once, each again when its line is durable; or so many a second, at random. */
export type Load = { writers: number } | { perSecond: number };

export interface Recording {
  load: Load;
  /** Devices that each line names. */
  devices: number;
  gatherMs: number;
  seconds: number;
}

export interface RecordingFigures {
  linesPerSecond: number;
  linesPerStatement: number;
  p50Ms: number;
  p99Ms: number;
  nodeUsPerLine: number;
  postgresUsPerLine: number;
}

/** Records for some seconds, and says what it cost. */
export async function recordLines(
  server: GatewayServer,
  { load, devices, gatherMs, seconds }: Recording,
): Promise<RecordingFigures> {
  let statements = 0;
  const database = new Database({
    url: server.appUrl,
    role: "gateway_app",
    poolSize: ACCESS_LOG.connections,
    observe: () => void statements++,
  });
  const accessLog = openAccessLog(database, { gatherMs });
  const times: number[] = [];
  const record = async () => {
    const from = performance.now();
    await accessLog.record(lineOf(times.length, devices));
    times.push(performance.now() - from);
  };
  // The connection is made before the clock runs.
  await record();
  times.length = statements = 0;
  const [cpu, postgresMs] = [process.cpuUsage(), cpuMsOf([server.postmasterPid])];
  const began = performance.now();
  await ("writers" in load
    ? inTurns(record, load.writers, seconds)
    : atRandom(record, load.perSecond, { seconds, accessLog }));
  const elapsed = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const postgresUs = (cpuMsOf([server.postmasterPid]) - postgresMs) * 1_000;
  await accessLog.close();
  await database.close();
  times.sort((one, other) => one - other);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? 0;
  return {
    linesPerSecond: times.length / elapsed,
    linesPerStatement: times.length / statements,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    nodeUsPerLine: (user + system) / times.length,
    postgresUsPerLine: postgresUs / times.length,
  };
}

type Record = () => Promise<void>;

async function inTurns(record: Record, writers: number, seconds: number): Promise<void> {
  const endsAt = performance.now() + seconds * 1_000;
  const writer = async () => {
    while (performance.now() < endsAt) await record();
  };
  await Promise.all(Array.from({ length: writers }, writer));
}

/** Requests of people do not wait for one another: each comes when it comes. */
async function atRandom(
  record: Record,
  perSecond: number,
  { seconds, accessLog }: { seconds: number; accessLog: AccessLog },
): Promise<void> {
  const began = performance.now();
  let due = 0;
  const pending = new Set<Promise<void>>();
  for (let now = 0; now < seconds * 1_000; now = performance.now() - began) {
    while (due <= now) {
      due += (-Math.log(1 - Math.random()) * 1_000) / perSecond;
      if (accessLog.pending >= ACCESS_LOG.queueLines) throw new Error("more came than is recorded");
      const one = record().finally(() => pending.delete(one));
      pending.add(one);
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await Promise.all(pending);
}

const LOTS = 20_000;
const LOT_SIZE = 51;
const lots = Array.from({ length: LOTS }, (_, lot) =>
  Array.from({ length: LOT_SIZE }, (_, index) => identifierOf(lot * LOT_SIZE + index)),
);

/** As a UUID: nothing about it says which device comes next. */
function identifierOf(number: number): string {
  return createHash("md5").update(String(number)).digest("hex").replace(/^.{8}/, "$&-4f0e-9f39-");
}

function lineOf(count: number, devices: number): AccessLine {
  const lot = lots[Math.floor(Math.random() * LOTS)] ?? [];
  return {
    tenant: "demo",
    requestId: `3f0c9a52-6a0e-4f0e-9f39-${String(count).padStart(12, "0")}`,
    subject: "dev:support",
    client: "back-office",
    roles: ["support"],
    documentId: "sha256:9a8cf0ef1fd4a0c4e9d2bb7a0cbd1d5b",
    textHash: "ab".repeat(32),
    operationName: "Walk",
    operationType: "query",
    devices: lot.slice(0, devices),
    deviceCount: devices,
    deviceHash: null,
    outcomes: [],
    status: 200,
    ms: 7.5,
  };
}
