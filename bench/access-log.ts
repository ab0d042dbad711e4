import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { startGatewayServer } from "./access-log/gateway-server.store.ts";
import { type Load, type RecordingFigures, recordLines } from "./access-log/record-lines.ts";
import { walkRequests } from "./access-log/walk-requests.ts";
import { median, printFigures } from "./measure.ts";

/**
 * What recording costs: lines a second of so many requests at once, each of which waits until its
 * line is durable, then of requests that come at random, so many a second; with the CPU of Node and
 * of PostgreSQL a line. `gatherMs`: how long an idle log waits for more lines. All in turns, on one
 * server of its own: `npm run -s bench:access-log -- --seconds 2 --rounds 3 --json`.
 * With `--walk`: the Walk query through the gateway, with the log on and off.
 */
const { values: given } = parseArgs({
  options: {
    seconds: { type: "string" },
    rounds: { type: "string", default: "3" },
    writers: { type: "string", default: "1,16,64,256" },
    "per-second": { type: "string", default: "200,500,1000" },
    gather: { type: "string", default: "0,2" },
    devices: { type: "string", default: "1,51" },
    walk: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const numbers = (text: string) => text.split(",").filter(Boolean).map(Number);
const seconds = Number(given.seconds ?? (given.walk ? 4 : 2));
const rounds = Number(given.rounds);

interface Variant {
  load: Load;
  devices: number;
  gatherMs: number;
}

function variants(): Variant[] {
  const loads: Load[] = [
    ...numbers(given.writers).map((writers) => ({ writers })),
    ...numbers(given["per-second"]).map((perSecond) => ({ perSecond })),
  ];
  return numbers(given.devices).flatMap((devices) =>
    loads.flatMap((load) => numbers(given.gather).map((gatherMs) => ({ load, devices, gatherMs }))),
  );
}

function middleOf(figures: readonly RecordingFigures[]): RecordingFigures {
  const of = (name: keyof RecordingFigures, digits: number) => {
    const middle = median(figures.map((round) => round[name]));
    return Math.round(middle * 10 ** digits) / 10 ** digits;
  };
  return {
    linesPerSecond: of("linesPerSecond", 0),
    linesPerStatement: of("linesPerStatement", 1),
    p50Ms: of("p50Ms", 2),
    p99Ms: of("p99Ms", 2),
    nodeUsPerLine: of("nodeUsPerLine", 0),
    postgresUsPerLine: of("postgresUsPerLine", 0),
  };
}

if (given.walk) {
  const options = { seconds, rounds };
  printFigures({ ...options, node: process.version }, await walkRequests(options));
} else {
  await recording();
}

async function recording(): Promise<void> {
  const server = await startGatewayServer();
  try {
    const figures = new Map<Variant, RecordingFigures[]>(
      variants().map((variant) => [variant, []] as const),
    );
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? [...figures.keys()] : [...figures.keys()].reverse();
      for (const variant of order) {
        figures.get(variant)?.push(await recordLines(server, { ...variant, seconds }));
      }
    }
    const rows = [...figures].map(([{ load, devices, gatherMs }, measured]) => ({
      load: "writers" in load ? `${load.writers} at once` : `${load.perSecond} a second`,
      devices,
      gatherMs,
      ...middleOf(measured),
    }));
    printFigures({ seconds, rounds, node: process.version, cores: cpus().length }, rows);
  } finally {
    await server.stop();
  }
}
