import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

/** The ways in which devices are recorded, in the order of the table. */
export const WAYS = ["floor", "file", "1", "16", "64", "64-apart", "large"] as const;
export type Way = (typeof WAYS)[number];

export interface IngestOptions {
  /** What the database holds before anything is recorded. */
  devices: number;
  /** Holds the loaded databases; is used again by the next run. */
  dataFolder: string;
  /** Of the small file, and of the large one. */
  fileRows: number;
  rows: number;
  rounds: number;
  /** How often the large file is imported: in the first rounds. */
  largeRounds: number;
  /** Of one measurement of stations, and of warming up before it. */
  seconds: number;
  warmUpSeconds: number;
  ways: readonly Way[];
  /** Where CPU profiles of the processes are written; null for none. */
  profileFolder: string | null;
}

const DEFAULTS = {
  devices: "1000000",
  rows: "1000000",
  "file-rows": "10000",
  rounds: "5",
  "large-rounds": "1",
  seconds: "10",
  "warm-up": "3",
} as const;

/** Reads the command line. Fails naming the option. */
export function readOptions(): IngestOptions {
  const { values } = parseArgs({
    options: {
      devices: { type: "string" },
      rows: { type: "string" },
      "file-rows": { type: "string" },
      rounds: { type: "string" },
      "large-rounds": { type: "string" },
      seconds: { type: "string" },
      "warm-up": { type: "string" },
      data: { type: "string" },
      only: { type: "string", default: WAYS.join() },
      profile: { type: "string" },
      json: { type: "boolean" },
    },
  });
  const number = (name: keyof typeof DEFAULTS, least: number, most: number) =>
    readNumber(name, values[name] ?? DEFAULTS[name], { least, most });
  const devices = number("devices", 2_000, 100_000_000);
  return {
    devices,
    dataFolder: resolve(values.data ?? join(tmpdir(), `tracegraph-bench-ingest-${devices}`)),
    fileRows: number("file-rows", 1, 1_000_000),
    rows: number("rows", 1, 100_000_000),
    rounds: number("rounds", 1, 100),
    largeRounds: number("large-rounds", 0, 100),
    seconds: number("seconds", 1, 600),
    warmUpSeconds: number("warm-up", 0, 600),
    ways: readWays(values.only),
    profileFolder: values.profile === undefined ? null : resolve(values.profile),
  };
}

function readNumber(
  name: string,
  text: string,
  { least, most }: { least: number; most: number },
): number {
  const number = Number(text.replaceAll("_", ""));
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`--${name} is a number from ${least} to ${most}, not ${text}`);
}

function readWays(text: string): Way[] {
  const asked = text.split(",");
  const unknown = asked.find((name) => !WAYS.some((known) => known === name));
  if (unknown !== undefined) {
    throw new Error(`--only takes ${WAYS.join(", ")}; ${unknown} is none of them`);
  }
  return WAYS.filter((name) => asked.includes(name));
}
