import type { BenchDatabases } from "../walk/bench-databases.ts";
import { cpuMsOf, residentMbOf } from "../walk/process-usage.ts";
import type { Acknowledged, BareTable } from "./bare-table.store.ts";
import { ledgerDrained } from "./fresh-manufacturing.store.ts";
import { type IngestGateway, RECORD_ONE_ID } from "./gateway-process.ts";
import { importFile } from "./import-file.ts";
import type { IngestOptions, Way } from "./options.ts";
import type { Stations } from "./stations.ts";

/** What one way did in one round. */
export interface RoundFigures {
  rows: number;
  seconds: number;
  /** Of one record; null where rows came in a file. */
  p50Ms: number | null;
  p99Ms: number | null;
  /** CPU of the gateway's process, of the command's (or of whoever copies), of all of PostgreSQL. */
  gatewayCpuMs: number;
  clientCpuMs: number;
  postgresCpuMs: number;
  /** Memory of the gateway afterwards. */
  gatewayMb: number;
  /** The most that the command held; null where there is none. */
  commandMb: number | null;
  /** Of both after a tenth of the time and at its end; null where rows came singly. */
  earlyMb: number | null;
  lateMb: number | null;
  /** The most that the gateway held in the halves of the time; null where rows came singly. */
  gatewayPeaksMb: readonly [first: number, second: number] | null;
}

export interface IngestParts {
  bench: BenchDatabases;
  bare: BareTable;
  /** With coalescing and without. */
  gateways: { together: IngestGateway; apart: IngestGateway };
  stations: Stations;
  notice: (line: string) => void;
}

/** Records in all ways, in turns, whose order is reversed from round to round. */
export async function measureIngest(
  parts: IngestParts,
  options: IngestOptions,
): Promise<{ figures: Map<Way, RoundFigures[]>; acknowledged: Acknowledged[] }> {
  const figures = new Map<Way, RoundFigures[]>(options.ways.map((way) => [way, []]));
  const measuring = new Measuring(parts, options);
  await measuring.warmUp();
  for (let round = 0; round < options.rounds; round++) {
    const ways = options.ways.filter((way) => way !== "large" || round < options.largeRounds);
    for (const way of round % 2 === 0 ? ways : [...ways].reverse()) {
      await parts.bare.settle();
      const one = await measuring.measure(way, round);
      figures.get(way)?.push(one);
      const perSecond = Math.round(one.rows / one.seconds);
      parts.notice(`round ${round + 1} of ${options.rounds}, ${way}: ${perSecond} rows/s`);
    }
  }
  return { figures, acknowledged: measuring.acknowledged };
}

class Measuring {
  readonly acknowledged: Acknowledged[] = [];

  constructor(
    private readonly parts: IngestParts,
    private readonly options: IngestOptions,
  ) {}

  /** Every process has then done before what it is measured at. */
  async warmUp(): Promise<void> {
    const { warmUpSeconds: seconds, fileRows } = this.options;
    if (seconds === 0) return;
    await this.recordByStations("64", "WARM64-", seconds);
    await this.recordByStations("64-apart", "WARMAPART-", seconds);
    await this.importRows("WARMFILE-", fileRows);
  }

  measure(way: Way, round: number): Promise<RoundFigures> {
    const { fileRows, rows, seconds } = this.options;
    const prefix = `${way.toUpperCase()}-${round + 1}-`;
    if (way === "floor") return this.copy();
    if (way === "file") return this.importRows(prefix, fileRows);
    if (way === "large") return this.importRows(prefix, rows);
    return this.recordByStations(way, prefix, seconds);
  }

  private async copy(): Promise<RoundFigures> {
    const { rows } = this.options;
    const { result, ...usage } = await this.usageOf("together", async () => {
      const cpu = process.cpuUsage();
      const began = performance.now();
      await this.parts.bare.copy(rows);
      const { user, system } = process.cpuUsage(cpu);
      const seconds = (performance.now() - began) / 1_000;
      return { seconds, clientCpuMs: (user + system) / 1_000 };
    });
    return { ...NOTHING_SINGLE, ...usage, ...result, rows };
  }

  private async importRows(prefix: string, rows: number): Promise<RoundFigures> {
    const { bench, gateways } = this.parts;
    const { origin, token, process } = gateways.together;
    const { dataFolder } = bench;
    const { profileFolder } = this.options;
    const parts = { origin, token, gatewayPid: process.pid, dataFolder, profileFolder };
    const { result, ...usage } = await this.usageOf("together", () =>
      importFile(parts, prefix, rows),
    );
    this.acknowledged.push({ prefix, rows });
    const { seconds, cliCpuMs, cliPeakMb, ...memory } = result;
    const own = { clientCpuMs: cliCpuMs, commandMb: cliPeakMb, ...memory };
    return { ...NOTHING_SINGLE, ...usage, ...own, rows, seconds };
  }

  private async recordByStations(
    way: Exclude<Way, "floor" | "file" | "large">,
    prefix: string,
    seconds: number,
  ): Promise<RoundFigures> {
    const name = way === "64-apart" ? "apart" : "together";
    const { origin, token } = this.parts.gateways[name];
    const job = { origin, token, prefix, seconds, documentId: RECORD_ONE_ID };
    const stations = Number.parseInt(way, 10);
    const { result, ...usage } = await this.usageOf(name, () =>
      this.parts.stations.run({ ...job, stations }),
    );
    const { records: rows, elapsedSeconds, p50Ms, p99Ms } = result;
    this.acknowledged.push({ prefix, rows });
    return { ...NOTHING_SINGLE, ...usage, p50Ms, p99Ms, rows, seconds: elapsedSeconds };
  }

  private async usageOf<Result>(
    name: "together" | "apart",
    work: () => Promise<Result>,
  ): Promise<Usage & { result: Result }> {
    const { pid } = this.parts.gateways[name].process;
    const { postmasterPid, adminUrl } = this.parts.bench;
    const drained = () => ledgerDrained(adminUrl("manufacturing"));
    await drained();
    const before = { gateway: cpuMsOf([pid]), postgres: cpuMsOf([postmasterPid]) };
    const result = await work();
    // Entering what was recorded in the log is its cost too, though nobody waits for it.
    await drained();
    return {
      result,
      gatewayCpuMs: cpuMsOf([pid]) - before.gateway,
      postgresCpuMs: cpuMsOf([postmasterPid]) - before.postgres,
      gatewayMb: residentMbOf([pid]),
    };
  }
}

type Usage = Pick<RoundFigures, "gatewayCpuMs" | "postgresCpuMs" | "gatewayMb">;

const NOTHING_SINGLE = {
  p50Ms: null,
  p99Ms: null,
  clientCpuMs: 0,
  commandMb: null,
  earlyMb: null,
  lateMb: null,
  gatewayPeaksMb: null,
};
