import { setTimeout as sleep } from "node:timers/promises";
import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";
import type { LogFacts } from "./log-facts.store.ts";
import { recordDevices } from "./recorder.ts";

/** From a commit to a checkpoint that covers it and that both witnesses have cosigned. */
export interface WitnessedFigures {
  commits: number;
  p50Ms: number;
  p99Ms: number;
  worstMs: number;
}

const WITNESSES = 2;
const DEVICES_A_COMMIT = 10;
const COMMIT_EVERY_MS = 100;
const LOOK_EVERY_MS = 10;
/** What is not witnessed by then never was. */
const PATIENCE_MS = 30_000;

/** Commits again and again, and watches until what was committed is witnessed. */
export async function measureWitnessed(
  service: SubgraphService,
  facts: LogFacts,
  seconds: number,
): Promise<WitnessedFigures> {
  const committed: number[] = [];
  await facts.drained();
  const first = await facts.size();
  const waits: number[] = [];
  let isOver = false;
  const look = async () => {
    const lateAt = performance.now() + seconds * 1_000 + PATIENCE_MS;
    while (!isOver || waits.length < committed.length) {
      if (performance.now() > lateAt) throw new Error("not all commits were witnessed");
      const witnessed = await facts.witnessedSize(WITNESSES);
      const now = performance.now();
      // Nobody else writes here: the n-th commit stands behind the entries of those before it.
      while (
        waits.length < committed.length &&
        first + (waits.length + 1) * DEVICES_A_COMMIT <= witnessed
      ) {
        waits.push(now - (committed[waits.length] ?? now));
      }
      await sleep(LOOK_EVERY_MS);
    }
  };
  const looking = look();
  const began = performance.now();
  while (performance.now() - began < seconds * 1_000) {
    await recordDevices(service, DEVICES_A_COMMIT);
    committed.push(performance.now());
    await sleep(COMMIT_EVERY_MS);
  }
  isOver = true;
  await looking;
  waits.sort((one, other) => one - other);
  const at = (share: number) => Math.round(waits[Math.floor((waits.length - 1) * share)] ?? 0);
  return { commits: waits.length, p50Ms: at(0.5), p99Ms: at(0.99), worstMs: at(1) };
}
