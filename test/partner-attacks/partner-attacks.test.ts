import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Random } from "../../demo/random.ts";
import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";
import { type RegistryGateway, registryGateway } from "../registry/registry-gateway.ts";
import { campaignSize } from "../support/campaign-size.ts";
import { Attacker, type Outcome } from "./attacker.ts";
import { type Attempt, posting } from "./attempt.ts";
import { type Kind, NOBODY_KINDS, PARTNER_KINDS, STRANGER_KINDS } from "./kinds.ts";
import { type Headers, openTargets, type Targets } from "./targets.ts";

const SEED = "partner attacks";
/** CPU is judged where nothing else runs: `npm run campaign:partner-attacks`. */
const isAlone = process.env.PARTNER_ATTACKS === "measure";
const ATTEMPTS = isAlone ? 10_000 : campaignSize({ suite: 2_000, long: 10_000 });
const WARM_UP = 500;
const CPU_MS = 50;
/** The process collects garbage now and then, whoever asks: an attempt costs the least of its tries. */
const TRIES = 4;
/** The gateway listens to an address that failed 60 times in a minute no longer. */
const FAILURES_OF_AN_ADDRESS = 10;

const KINDS: readonly [name: string, kind: Kind, who: Who][] = [
  ...named(PARTNER_KINDS, "PARTNER"),
  ...named(STRANGER_KINDS, "STRANGER"),
  ...named(NOBODY_KINDS, "NOBODY"),
];
type Who = "PARTNER" | "STRANGER" | "NOBODY";

/** Requests for which a subgraph made its context: it has begun to execute then. */
let contexts = 0;
let registry: RegistryGateway;
let targets: Targets;
let attacker: Attacker;
beforeAll(async () => {
  registry = await registryGateway(counted);
  targets = await openTargets(registry, SEED);
  attacker = new Attacker(targets.url);
}, 60_000);
afterAll(async () => {
  attacker?.close();
  await registry?.close();
});

const CHEAP = isAlone ? `, none takes more than ${CPU_MS} ms of CPU` : "";

test(`${ATTEMPTS} attempts to run what is not published: none executes, none gets a 5xx${CHEAP}`, async () => {
  await runs();
  const random = new Random(SEED, "attempts");
  forget();
  const wrong: string[] = [];
  const costs: { name: string; cpuMs: number }[] = [];
  for (let n = 0; n < ATTEMPTS; n++) {
    const [name, kind, who] = KINDS[n % KINDS.length] ?? never();
    const attempt = kind(random.startAt(n), targets);
    const headers = headersOf(who, random);
    const sent = await send(attempt, { headers, who });
    const fetched = registry.gateway.fetches.length + contexts;
    if (sent.refused !== attempt.refused || fetched > 0) {
      wrong.push(
        `${n} ${name}: ${told(attempt, headers)} → ${sent.text.slice(0, 200)}, ${fetched}`,
      );
      forget();
    }
    let { cpuMs } = sent;
    for (let tries = 1; isAlone && cpuMs > CPU_MS && n > WARM_UP && tries < TRIES; tries++) {
      cpuMs = Math.min(cpuMs, (await send(attempt, { headers, who })).cpuMs);
    }
    if (n > WARM_UP) costs.push({ name, cpuMs });
  }
  expect(wrong).toEqual([]);
  const costly = costs.filter(({ cpuMs }) => cpuMs > CPU_MS).map(distributionIn(costs));
  if (isAlone) expect(costly).toEqual([]);
  await runs();
}, 120_000);

/** The control: what was published does run, and is seen to. */
async function runs(): Promise<void> {
  forget();
  const attempt = posting(
    { documentId: targets.own.device, variables: { serialNumber: "SN-1" } },
    "200 none",
  );
  const headers = targets.asPartner(new Random(SEED, "control"));
  const { refused, text } = await attacker.send(attempt, headers, "127.0.0.1");
  expect([refused, JSON.parse(text)]).toEqual([attempt.refused, { data: { device: null } }]);
  expect(registry.gateway.fetches).toMatchObject([{ subgraph: "manufacturing" }]);
  expect(contexts).toBe(1);
}

let failures = 0;
function send(
  attempt: Attempt,
  { headers, who }: { headers: Headers; who: Who },
): Promise<Outcome> {
  const place = who === "NOBODY" ? Math.floor(failures++ / FAILURES_OF_AN_ADDRESS) : -1;
  const from = place < 0 ? "127.0.0.1" : `127.1.${Math.floor(place / 250)}.${(place % 250) + 1}`;
  return attacker.send(attempt, headers, from);
}

function headersOf(who: Who, random: Random): Headers {
  if (who === "PARTNER") return targets.asPartner(random);
  return who === "STRANGER" ? targets.asStranger() : targets.asNobody(random);
}

function forget(): void {
  registry.gateway.fetches.length = 0;
  contexts = 0;
}

function counted(service: SubgraphService): SubgraphService {
  return {
    ...service,
    createContext(...request) {
      contexts++;
      return service.createContext(...request);
    },
  };
}

function named(kinds: Readonly<Record<string, Kind>>, who: Who): [string, Kind, Who][] {
  return Object.entries(kinds).map(([name, kind]) => [name, kind, who]);
}

function told({ method, path, body, refused }: Attempt, headers: Headers): string {
  const said = `${body?.subarray(0, 200) ?? ""} ${JSON.stringify(headers).slice(0, 80)}`;
  return `${method} ${path.slice(0, 200)} ${said}, to be refused with ${refused}`;
}

function distributionIn(costs: readonly { cpuMs: number }[]) {
  const sorted = costs.map(({ cpuMs }) => cpuMs).sort((a, b) => a - b);
  const [half, most] = [0.5, 0.99].map((share) => sorted[Math.floor(sorted.length * share)]);
  return ({ name, cpuMs }: { name: string; cpuMs: number }) =>
    `${name}: ${cpuMs} ms; of all, half took ${half} ms at most, 99 of 100 ${most} ms`;
}

function never(): never {
  throw new RangeError("there is no such kind");
}
