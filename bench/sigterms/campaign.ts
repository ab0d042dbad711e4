import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../demo/random.ts";
import { openDevelopmentIssuer } from "../../gateway/identity/development-issuer.ts";
import { startGatewayProcess } from "./gateway-process.ts";
import { type Fate, Load, type LoadOptions } from "./load.ts";

export interface CampaignOptions {
  times: number;
  /** The same seed plans the same moments; the machine decides what they meet. */
  seed: string;
  /** Migrated databases, as the applications and the tables' owners log in to them. */
  databases: Readonly<Record<Service, { appUrl: string; ownerUrl: string }>>;
  /** Is told each round as it ends. */
  observe?: (round: Round) => void;
}
type Service = "manufacturing" | "ownership" | "gateway";

/** One SIGTERM and what came of it. */
export interface Round {
  workers: number;
  /** When the signal came, after every connection had carried an answer. */
  signalledAfterMs: number;
  /** Requests by what became of them; those that were answered before the signal are not counted. */
  afterSignal: Record<Fate, number>;
  answeredBefore: number;
  endedAfterMs: number;
  complaints: string[];
}

const CONNECTIONS = 16;
const WARM_MS = 30_000;
/** Signals come within this time of load. */
const WINDOW_MS = 500;
/** In flight gets 10 s, the workers' primary process a little more. */
const END_MS = 12_000;
const COMPLAINTS_MOST = 10;

/** Sends SIGTERM to a real gateway under load, time and again, with one process and with two. */
export async function runCampaign(options: CampaignOptions): Promise<Round[]> {
  const random = new Random(options.seed, "sigterms");
  const dataFolder = await mkdtemp(join(tmpdir(), "tracegraph-sigterms-"));
  const rounds: Round[] = [];
  try {
    for (let number = 0; number < options.times; number++) {
      const workers = 1 + (number % 2);
      const afterMs = random.below(WINDOW_MS);
      const round = await runRound({ ...options, workers, afterMs, dataFolder });
      rounds.push(round);
      options.observe?.(round);
    }
    return rounds;
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
}

interface RoundOptions extends CampaignOptions {
  workers: number;
  afterMs: number;
  dataFolder: string;
}

async function runRound({ workers, afterMs, dataFolder, databases }: RoundOptions): Promise<Round> {
  const gateway = await startGatewayProcess({
    PORT: "0",
    WORKERS: String(workers),
    DATA_DIR: dataFolder,
    ...urlsOf(databases),
  });
  try {
    const issuer = await openDevelopmentIssuer(dataFolder);
    const token = await issuer.sign({ roles: ["line"], tenants: ["demo"], lifetimeSeconds: 600 });
    const load = new Load({ url: gateway.url, token, connections: CONNECTIONS, ask: questions() });
    for (let waitedMs = 0; !load.isWarm; waitedMs += 10) {
      if (waitedMs > WARM_MS) throw new Error("the clients got no answers before the signal");
      await sleep(10);
    }
    await sleep(afterMs);
    const answeredBefore = load.sent.length;
    load.noteSignal();
    const end = await gateway.terminate();
    await load.ended();
    const complaints = load.sent
      .filter(({ fate }) => fate === "LOST")
      .map(({ detail, isAfterSignal }) => `${isAfterSignal ? "" : "before the signal: "}${detail}`);
    if (end.code !== 0) complaints.push(`it ended with ${end.signal ?? end.code}`);
    if (end.afterMs > END_MS) complaints.push(`it took ${Math.round(end.afterMs)} ms to end`);
    complaints.push(...gateway.faults);
    const count = (fate: Fate) =>
      load.sent.filter((sent) => sent.isAfterSignal && sent.fate === fate).length;
    return {
      workers,
      signalledAfterMs: afterMs,
      afterSignal: {
        ANSWERED: count("ANSWERED"),
        REFUSED: count("REFUSED"),
        NOT_ACCEPTED: count("NOT_ACCEPTED"),
        LOST: count("LOST"),
      },
      answeredBefore,
      endedAfterMs: end.afterMs,
      complaints: complaints.slice(0, COMPLAINTS_MOST),
    };
  } finally {
    gateway.kill();
  }
}

const RECORD = `mutation Record($input: [DeviceRecordInput!]!) {
  recordDevices(input: $input) { recorded }
}`;
const READ = `query Read($lot: String!) {
  productionGroup(field: "lotCode", value: $lot) { deviceCount devices(first: 20) { nodes { serialNumber } } }
}`;

/** Changes and questions in turn; each client knows what it must be answered. */
function questions(): LoadOptions["ask"] {
  const lots = new Map<number, { lot: string; recorded: number; asked: number }>();
  return (client) => {
    const own = lots.get(client) ?? { lot: randomUUID(), recorded: 0, asked: 0 };
    lots.set(client, own);
    const { lot } = own;
    if (own.asked++ % 4 === 0) {
      const row = { serialNumber: randomUUID(), lotCode: lot };
      own.recorded++;
      return {
        body: JSON.stringify({ query: RECORD, variables: { input: [row] } }),
        isRight: (answer) => read(answer, "recordDevices", "recorded") === 1,
      };
    }
    const { recorded } = own;
    return {
      body: JSON.stringify({ query: READ, variables: { lot } }),
      isRight: (answer) => read(answer, "productionGroup", "deviceCount") === recorded,
    };
  };
}

function read(answer: unknown, field: string, name: string): unknown {
  const { data, errors } = answer as {
    data?: Record<string, Record<string, unknown> | null>;
    errors?: unknown;
  };
  return errors === undefined ? data?.[field]?.[name] : undefined;
}

function urlsOf(databases: CampaignOptions["databases"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(databases).flatMap(([service, { appUrl, ownerUrl }]) => [
      [`${service.toUpperCase()}_DATABASE_URL`, appUrl],
      [`${service.toUpperCase()}_OWNER_DATABASE_URL`, ownerUrl],
    ]),
  );
}
