import type { Random } from "../../demo/random.ts";

/** One row of a batch as it is sent. */
export interface PlannedRow {
  serialNumber: string;
  connhexId?: string;
  initKey?: string;
  name: string;
  isProtected: boolean;
}

/** A batch of one client. */
export interface PlannedBatch {
  rows: readonly PlannedRow[];
  key: string | null;
  /** Whether the client sends it a second time at once, as after a proxy's timeout. */
  isSentTwice: boolean;
  /** Devices that the gate must refuse. */
  quarantined: ReadonlySet<string>;
}

/** What is killed. `replay`: Ownership, and once more while it replays what the first kill left. */
export const VICTIMS = ["ownership", "manufacturing", "both", "replay", "database"] as const;
export type Victim = (typeof VICTIMS)[number];

const BATCHES = 5;
const BATCH_ROWS = { least: 20, most: 80 };

/** Some hundred devices in batches of many kinds, which are sent at once. */
export function planBatches(random: Random, round: string): PlannedBatch[] {
  return Array.from({ length: BATCHES }, (_, batch) => {
    const name = `${round}-${batch}`;
    const rows = Array.from(
      { length: random.between(BATCH_ROWS.least, BATCH_ROWS.most) },
      (_unused, index): PlannedRow => ({
        serialNumber: `SN-${name}-${index}`,
        name: `device ${index}`,
        isProtected: random.chance(0.3),
        ...(random.chance(0.5) && { connhexId: random.uuid() }),
        ...(random.chance(0.2) && { initKey: random.uuid() }),
      }),
    );
    return {
      rows,
      // One is always without, so that each round has both kinds.
      key: batch > 0 && random.chance(0.7) ? `key-${name}` : null,
      isSentTwice: random.chance(0.3),
      quarantined: new Set(
        rows.filter(() => random.chance(0.03)).map(({ serialNumber }) => serialNumber),
      ),
    };
  });
}

export interface PlannedKill {
  victim: Victim;
  /** Where in the time of undisturbed batches it comes: 0 their beginning, 1 their end. */
  at: number;
  /** Whether the clients try again at once, while the replay goes on, or only after it. */
  isRetriedAtOnce: boolean;
}

/** The more interesting victim comes more often; PostgreSQL only where it may be killed. */
const TURNS: readonly Victim[] = ["ownership", "manufacturing", "ownership", "replay", "both"];

/**
 * The kills of a campaign: random moments, one in each n-th part of the time, so that none of its
 * parts is left out by chance.
 */
export function planKills(random: Random, count: number, mayKillDatabase: boolean): PlannedKill[] {
  const turns = mayKillDatabase ? [...TURNS, "database" as const] : TURNS;
  const moments = Array.from({ length: count }, (_, part) => (part + random.share()) / count);
  return Array.from({ length: count }, (_, index) => {
    const [at = 0] = moments.splice(random.below(moments.length), 1);
    const victim = turns[index % turns.length] ?? "ownership";
    return { victim, at, isRetriedAtOnce: random.chance(0.5) };
  });
}
