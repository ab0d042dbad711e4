import type { ErasureKey, ErasureOrder } from "../../shared/graph/erasure-orders.ts";
import { log } from "../../shared/log.ts";
import type { GatewaySubgraph } from "../subgraph.ts";

const LIMITS = {
  /** How long somebody who was erased is still known here, at most, while all services run. */
  everyMs: 2_000,
} as const;

/** Begins to forget whom these subgraphs erase. */
export function followErasures(
  subgraphs: readonly Pick<GatewaySubgraph, "erasures">[],
  forget: ErasureFollowerParts["forget"],
): ErasureFollower[] {
  return subgraphs.flatMap(({ erasures: ask }) => {
    if (!ask) return [];
    const follower = new ErasureFollower({ ask, forget });
    follower.start();
    return [follower];
  });
}

export interface ErasureFollowerParts {
  /** Says who was forgotten, and answers who is yet to be. */
  ask(forgotten: readonly ErasureKey[]): Promise<ErasureOrder[]>;
  /** Destroys what the gateway's own tables know of somebody by his subject. May be repeated. */
  forget(tenant: string, subject: string): Promise<void>;
  everyMs?: number;
}

/**
 * Forgets whom Ownership has erased. Every gateway's process does so: it is done twice as well as
 * once, and what a process remembers of somebody it forgets as well.
 */
export class ErasureFollower {
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<void> = Promise.resolve();
  private isStopped = false;
  private isAway = false;

  constructor(private readonly parts: ErasureFollowerParts) {}

  /** Begins with a round at once. */
  start(): void {
    this.round = this.run();
  }

  /** Resolves when the present round has ended; there is no other one after it. */
  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.round;
  }

  private async run(): Promise<void> {
    try {
      await this.forgetAll();
      this.isAway = false;
    } catch (error) {
      // Said once: the next rounds see. Its text may hold values, so it stays here.
      const reason = error instanceof Error ? error.name : "unknown";
      if (!this.isAway) log("WARN", "erasures-wait", { reason });
      this.isAway = true;
    }
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      this.round = this.run();
    }, this.parts.everyMs ?? LIMITS.everyMs);
    this.timer.unref();
  }

  private async forgetAll(): Promise<void> {
    const { ask, forget } = this.parts;
    let orders = await ask([]);
    while (orders.length > 0 && !this.isStopped) {
      for (const { tenant, subject } of orders) await forget(tenant, subject);
      const forgotten = orders.map(({ tenant, erasureId }) => ({ tenant, erasureId }));
      orders = await ask(forgotten);
      log("INFO", "erasures-completed", { erasures: forgotten.length });
    }
  }
}
