import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EXPORT_FORMATS, type ExportFormat } from "../shared/export/export-format.ts";
import { migrateAll, openDatabases, SERVICE_NAMES } from "../start/databases.ts";
import { fillDevices } from "./export/export-rows.store.ts";
import {
  type ExportFigures,
  measureCopy,
  measureExport,
  type Place,
} from "./export/measure-export.ts";
import { median, printFigures } from "./measure.ts";

/**
 * What an export costs in each format, from the request to the last byte at the client, against a bare
 * client that throws away what `COPY TO STDOUT` sends of the same columns. In turns, each export by a
 * process of its own: `npm run bench:export -- --rows 1000000 --rounds 3 --formats csv,parquet --json`.
 */
const { values: given } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "3" },
    formats: { type: "string", default: EXPORT_FORMATS.join() },
    json: { type: "boolean", default: false },
  },
});
const [rows, rounds] = [Number(given.rows), Number(given.rounds)];
const formats = given.formats.split(",") as ExportFormat[];
const TENANT = "demo";
const PASSWORD = randomBytes(16).toString("hex");

const dataFolder = await mkdtemp(join(tmpdir(), "tracegraph-bench-"));
const databases = await openDatabases({
  ...{ environment: {}, dataFolder, notice: () => undefined },
  databasePassword: async () => PASSWORD,
});
try {
  await migrateAll(databases);
  await fillDevices(databases.manufacturing.ownerUrl, TENANT, rows);
  const urls = SERVICE_NAMES.map((name) => [
    `${name.toUpperCase()}_DATABASE_URL`,
    databases[name].appUrl,
  ]);
  const environment = { ...process.env, ...Object.fromEntries(urls), WORKERS: "1" };
  const { appUrl } = databases.manufacturing;
  const place: Place = { environment, dataFolder, appUrl, tenant: TENANT, rows };
  printFigures({ rows, rounds, node: process.version }, tableOf(await measured(place)));
} finally {
  await databases.stop();
  await rm(dataFolder, { recursive: true, force: true });
}

/** COPY stands between the formats, so that a machine that slows down is equally unfair to all. */
async function measured(place: Place): Promise<Map<string, ExportFigures[]>> {
  const figures = new Map<string, ExportFigures[]>([["copy", []]]);
  for (const format of formats) figures.set(format, []);
  await measureCopy(place);
  for (let round = 0; round < rounds; round++) {
    for (const format of round % 2 === 0 ? formats : [...formats].reverse()) {
      figures.get("copy")?.push(await measureCopy(place));
      figures.get(format)?.push(await measureExport(place, format));
    }
  }
  return figures;
}

function tableOf(figures: ReadonlyMap<string, readonly ExportFigures[]>): object[] {
  const of = (name: string, figure: keyof ExportFigures) =>
    median((figures.get(name) ?? []).map((one) => one[figure]));
  return [...figures.keys()].map((name) => ({
    format: name,
    rowsPerSecond: Math.round(of(name, "rowsPerSecond")),
    ofCopy: Math.round((of(name, "rowsPerSecond") / of("copy", "rowsPerSecond")) * 100) / 100,
    megabytes: Math.round(of(name, "megabytes")),
    nodeUsPerRow: Math.round((of(name, "nodeCpuMs") / rows) * 1e5) / 100,
    idleMb: Math.round(of(name, "idleMb")),
    peakMb: Math.round(of(name, "peakMb")),
    loopP99Ms: Math.round(of(name, "loopP99Ms") * 10) / 10,
  }));
}
