import "reflect-metadata";
import { mkdir } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { migrateAll } from "../start/databases.ts";
import { type Acknowledged, BareTable } from "./ingest/bare-table.store.ts";
import {
  ledgerDrained,
  restoreManufacturing,
  vacuumed,
} from "./ingest/fresh-manufacturing.store.ts";
import { type IngestGateway, startGatewayProcess } from "./ingest/gateway-process.ts";
import { measureIngest } from "./ingest/measure-ingest.ts";
import { type IngestOptions, readOptions } from "./ingest/options.ts";
import { aimVerdicts, type Figures, ingestRows } from "./ingest/report.ts";
import { Stations } from "./ingest/stations.ts";
import { printFigures } from "./measure.ts";
import { type BenchDatabases, openBenchDatabases } from "./walk/bench-databases.ts";
import { printProfiles } from "./walk/profile-summary.ts";

const notice = (line: string) => void process.stderr.write(`${line}\n`);

/**
 * Records devices in all ways into a database that holds a million already, everything on, beside a
 * bare COPY of the same columns: `npm run bench:ingest`. A try takes two minutes with
 * `--devices 20000 --rows 20000 --rounds 1 --seconds 3`.
 */
async function main(): Promise<void> {
  const options = readOptions();
  // What was started is ended at the exit, which a signal by itself would pass by.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  if (options.profileFolder) await mkdir(options.profileFolder, { recursive: true });
  const bench = await openBenchDatabases({ ...options, wantsOneStore: false, notice });
  try {
    await restoreManufacturing(bench.adminUrl, () => settle(bench));
    await migrateAll(bench.databases);
    await measure(bench, options);
  } finally {
    await bench.stop();
  }
  if (options.profileFolder) await printProfiles(options.profileFolder, notice);
}

/** What was loaded is entered in the log, and vacuumed, before a copy of it is kept. */
async function settle(bench: BenchDatabases): Promise<void> {
  notice("entering what was loaded in the log");
  const gateway = await startGatewayProcess(bench, { coalesces: true, profileFolder: null });
  for (const name of ["manufacturing", "ownership", "gateway"]) {
    await ledgerDrained(bench.adminUrl(name));
  }
  await gateway.process.stop();
  notice("vacuuming it");
  for (const name of ["manufacturing", "ownership"]) await vacuumed(bench.adminUrl(name));
}

async function measure(bench: BenchDatabases, options: IngestOptions): Promise<void> {
  const { profileFolder } = options;
  const started: IngestGateway[] = [];
  const start = async (coalesces: boolean) => {
    const gateway = await startGatewayProcess(bench, { coalesces, profileFolder });
    started.push(gateway);
    return gateway;
  };
  const stations = new Stations();
  const bare = await BareTable.open(bench.adminUrl("manufacturing"));
  try {
    const gateways = { together: await start(true), apart: await start(false) };
    const parts = { bench, bare, gateways, stations, notice };
    const { figures, acknowledged } = await measureIngest(parts, options);
    await verify(bare, acknowledged);
    report(figures, options);
  } finally {
    stations.stop();
    for (const gateway of started) await gateway.process.stop();
    await bare.close();
  }
}

/** Every row that was acknowledged stands there once, as it was sent, and so does its revision. */
async function verify(bare: BareTable, acknowledged: readonly Acknowledged[]): Promise<void> {
  await bare.copy(Math.max(...acknowledged.map(({ rows }) => rows)));
  await bare.assertRecorded(acknowledged);
}

function report(figures: Figures, { devices, rounds, seconds }: IngestOptions): void {
  const aims = aimVerdicts(figures);
  const facts = {
    devicesBefore: devices,
    rounds,
    seconds,
    node: process.version,
    cores: cpus().length,
    load: loadavg()[0]?.toFixed(1),
    rows: "equal in every way, each with its revision, compared at the end",
  };
  if (process.argv.includes("--json")) {
    printFigures({ ...facts, aims, byRound: Object.fromEntries(figures) }, ingestRows(figures));
    return;
  }
  printFigures(facts, ingestRows(figures));
  for (const { aim, measured, isMet } of aims) {
    process.stdout.write(`${isMet ? "met   " : "missed"}  ${aim}: ${measured}\n`);
  }
}

await main();
