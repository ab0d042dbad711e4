import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

/** What is compared, in the order of the table. */
export const VARIANTS = ["gateway", "split", "apollo", "postgraphile", "floor"] as const;
export type VariantName = (typeof VARIANTS)[number];

export interface WalkOptions {
  devices: number;
  /** Holds the loaded databases; is used again by the next run. */
  dataFolder: string;
  rounds: number;
  /** Of one measurement; warming up takes as long as `warmUpSeconds` before it. */
  seconds: number;
  warmUpSeconds: number;
  connections: number;
  /** How many devices are asked for, in rotation. */
  rotation: number;
  variants: readonly VariantName[];
  /** Where CPU profiles of the variants' processes are written; null for none. */
  profileFolder: string | null;
}

const DEFAULTS = {
  devices: "1000000",
  rounds: "5",
  seconds: "10",
  "warm-up": "5",
  connections: "16",
  rotation: "1200",
} as const;

/** Reads the command line. Fails naming the option. */
export function readOptions(): WalkOptions {
  const { values } = parseArgs({
    options: {
      devices: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      "warm-up": { type: "string" },
      connections: { type: "string" },
      rotation: { type: "string" },
      data: { type: "string" },
      variants: { type: "string", default: VARIANTS.join(",") },
      profile: { type: "string" },
      json: { type: "boolean" },
    },
  });
  const number = (name: keyof typeof DEFAULTS, least: number, most: number) =>
    readNumber(name, values[name] ?? DEFAULTS[name], { least, most });
  const devices = number("devices", 2_000, 100_000_000);
  return {
    devices,
    dataFolder: resolve(values.data ?? join(tmpdir(), `tracegraph-bench-walk-${devices}`)),
    rounds: number("rounds", 1, 100),
    seconds: number("seconds", 1, 600),
    warmUpSeconds: number("warm-up", 0, 600),
    connections: number("connections", 1, 1_000),
    rotation: number("rotation", 1, 100_000),
    variants: readVariants(values.variants),
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

function readVariants(text: string): VariantName[] {
  const asked = text.split(",");
  const unknown = asked.find((name) => !VARIANTS.some((known) => known === name));
  if (unknown !== undefined) {
    throw new Error(`--variants takes ${VARIANTS.join(", ")}; ${unknown} is none of them`);
  }
  return VARIANTS.filter((name) => asked.includes(name));
}
