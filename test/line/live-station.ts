import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CuttableWay, cuttableWay } from "../../bench/scans/cuttable-way.ts";
import {
  type StationProcess,
  type StationProcessOptions,
  startStation,
} from "../../bench/scans/station-process.ts";
import { type CommandLine, MAIN, type Ran, startCommandLine } from "../cli/command-line.ts";

/** A factory with a gateway, a way to it that can be cut, and stations with journals. */
export interface Hall {
  cli: CommandLine;
  way: CuttableWay;
  /** The journal of this name. */
  journal(name: string): string;
  /** Starts a station of this name, whose journal is `<name>.journal` unless the words say otherwise. */
  station(name: string, options?: Partial<StationProcessOptions>): Promise<StationProcess>;
  /** Runs `tracegraph line …` as a line, with this input. */
  line(words: readonly string[], input?: string | Buffer): Promise<Ran>;
  /** The scans of a station as they are kept: number, serial number, outcome. */
  kept(station: string): Promise<string[]>;
  close(): Promise<void>;
}

export async function openHall(): Promise<Hall> {
  const cli = await startCommandLine();
  const way = await cuttableWay(cli.gateway.gateway.url);
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-hall-"));
  const started: StationProcess[] = [];
  const token = () => cli.gateway.token({ roles: ["line"], subject: "station" });
  const journal = (name: string) => join(folder, `${name}.journal`);
  return {
    cli,
    way,
    journal,
    async station(name, { words = [], environment = {}, command } = {}) {
      const station = startStation({
        command: command ?? [process.execPath, MAIN],
        words: ["--station", name, "--journal", journal(name), "--linger", "30", ...words],
        environment: {
          TRACEGRAPH_URL: way.url,
          TRACEGRAPH_TOKEN: await token(),
          ...environment,
        },
      });
      started.push(station);
      return station;
    },
    line: (words, input) =>
      cli.run("line", ["line", ...words], { url: way.url, ...(input !== undefined && { input }) }),
    async kept(station) {
      const rows = await cli.pair.databases.manufacturing.admin<Record<string, unknown>>(
        "SELECT sequence, serial_number, outcome FROM scan WHERE station = $1 ORDER BY sequence",
        [station],
      );
      return rows.map((row) => `${row.sequence} ${row.serial_number} ${row.outcome}`);
    },
    async close() {
      for (const { child } of started) child.kill("SIGKILL");
      await way.close();
      await cli.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
