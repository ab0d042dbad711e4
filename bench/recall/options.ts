import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { BLOCK } from "./planted.ts";

export interface RecallOptions {
  /** The sizes that are compared, the smallest first. */
  devices: readonly number[];
  /** Holds a folder for each size. */
  dataFolder: string;
  /** Whether the loaded databases stay for the next run. */
  keepsData: boolean;
  rounds: number;
  /** A question is asked again in a round until so much time has passed. */
  secondsPerQuestion: number;
  /** Only the questions whose name has this in it. */
  only: string;
  /** What PostgreSQL is given: the data should not fit into it, and the indexes in use should. */
  sharedBuffers: string;
  /** Where the plans of all statements are written; null for none. */
  plansFolder: string | null;
  /** Where CPU profiles of the gateways are written; null for none. */
  profileFolder: string | null;
}

/** Reads the command line. Fails naming the option. */
export function readOptions(): RecallOptions {
  const { values } = parseArgs({
    options: {
      devices: { type: "string", default: "1000000,10000000" },
      data: { type: "string" },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "0.5" },
      only: { type: "string", default: "" },
      "shared-buffers": { type: "string", default: "1GB" },
      plans: { type: "string" },
      profile: { type: "string" },
      json: { type: "boolean" },
    },
  });
  const base = values.data ?? join(tmpdir(), `tracegraph-bench-recall-${process.pid}`);
  return {
    devices: values.devices
      .split(",")
      .map(readDevices)
      .sort((one, other) => one - other),
    dataFolder: resolve(base),
    keepsData: values.data !== undefined,
    rounds: readNumber("rounds", values.rounds, 1),
    secondsPerQuestion: readNumber("seconds", values.seconds, 0),
    only: values.only,
    sharedBuffers: values["shared-buffers"],
    plansFolder: values.plans === undefined ? null : resolve(values.plans),
    profileFolder: values.profile === undefined ? null : resolve(values.profile),
  };
}

function readDevices(text: string): number {
  const devices = readNumber("devices", text.replaceAll("_", ""), 2 * BLOCK);
  if (devices % BLOCK === 0) return devices;
  throw new Error(`--devices are whole blocks of ${BLOCK}, not ${text}`);
}

function readNumber(name: string, text: string, least: number): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= least && number <= 100_000_000) return number;
  throw new Error(`--${name} is a number from ${least}, not ${text}`);
}
