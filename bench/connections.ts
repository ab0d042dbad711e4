import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sendDistinctQueries } from "./connections/distinct-queries.ts";
import {
  type GatewayProcess,
  type Held,
  startGatewayProcess,
} from "./connections/gateway-process.ts";
import { openSlowConnections } from "./connections/slow-connections.ts";
import { printFigures } from "./measure.ts";

const MOST = { queries: 10_000_000, connections: 1_900 };
const CALLERS = 64;
const CONCURRENCY = 16;
/** Queries after which the caches are full and the code is hot: growth is counted from here. */
const WARM_SHARE = 0.1;
const RSS_GROWTH_MOST = 1.5;
const CACHE_MOST = 25_000;

interface Moment extends Held {
  at: string;
  slow: number;
  dropped: number;
}

/**
 * Holds slow connections to a gateway and asks it queries of which no two are alike:
 * `npm run campaign:connections -- --queries 200000 --connections 1000`. Fails where memory, sockets
 * or a cache of the gateway's process grow without bound, or where a query is not answered.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      queries: { type: "string", default: "200000" },
      connections: { type: "string", default: "1000" },
      json: { type: "boolean", default: false },
    },
  });
  const queries = readCount("queries", values.queries);
  const connections = readCount("connections", values.connections);
  const dataFolder = await mkdtemp(join(tmpdir(), "tracegraph-connections-"));
  const gateway = await startGatewayProcess(dataFolder);
  try {
    await campaign(gateway, { queries, connections });
  } finally {
    await gateway.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function campaign(
  gateway: GatewayProcess,
  { queries, connections }: { queries: number; connections: number },
): Promise<void> {
  const tokens = await Promise.all(
    Array.from({ length: CALLERS }, (_, n) => gateway.token(`caller-${n}`)),
  );
  const moments: Moment[] = [];
  const slow = openSlowConnections(gateway.port, connections, tokens[0] ?? "");
  const look = async (at: string) => {
    const held = await gateway.held();
    moments.push({ at, slow: slow.open(), dropped: slow.dropped(), ...held });
  };
  await look("start");
  const looks: Promise<void>[] = [];
  const step = Math.max(1_000, Math.round(queries * WARM_SHARE));
  const began = performance.now();
  const sent = await sendDistinctQueries({
    url: gateway.url,
    tokens,
    count: queries,
    concurrency: CONCURRENCY,
    observe: ({ answered, failed }) => {
      if ((answered + failed) % step < 1_000) looks.push(look(`${answered + failed} queries`));
    },
  });
  const seconds = (performance.now() - began) / 1_000;
  await Promise.all(looks);
  slow.stop();
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await look("5 s after the end");
  const complaints = complaintsOf(moments, sent.failed, connections);
  const perSecond = Math.round(queries / seconds);
  printFigures(
    { queries, connections, perSecond, ...sent, complaints: complaints.join("; ") || "none" },
    moments.map(rowOf),
  );
  if (complaints.length > 0) process.exitCode = 1;
}

function complaintsOf(moments: readonly Moment[], failed: number, connections: number): string[] {
  const complaints: string[] = [];
  const warm = moments[2] ?? moments[0];
  const last = moments.at(-1);
  if (!warm || !last) return ["nothing was measured"];
  if (failed > 0) complaints.push(`${failed} queries were not answered`);
  if (last.dropped === 0 && connections > 0) complaints.push("no slow connection was dropped");
  const highest = Math.max(...moments.map(({ rssMb }) => rssMb));
  if (highest > warm.rssMb * RSS_GROWTH_MOST) {
    complaints.push(`memory grew from ${warm.rssMb} to ${highest} MB`);
  }
  const most = Math.max(...moments.map(({ sockets }) => sockets));
  const start = moments[0]?.sockets ?? 0;
  if (most > start + connections + CONCURRENCY + 100) complaints.push(`${most} files were open`);
  if (last.sockets > start + 50) complaints.push(`${last.sockets} files stayed open`);
  for (const [cache, size] of Object.entries(last.caches)) {
    if (size > CACHE_MOST) complaints.push(`${cache} holds ${size}`);
  }
  return complaints;
}

function rowOf({ caches, ...moment }: Moment): object {
  return { ...moment, ...caches };
}

function readCount(name: keyof typeof MOST, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0 && count <= MOST[name]) return count;
  throw new Error(`--${name} is a number from 0 to ${MOST[name]}, not ${text}`);
}

await main();
