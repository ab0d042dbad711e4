import { log } from "../../../shared/log.ts";
import { LIMITS } from "../limits.ts";
import { deliver, type HandOvers } from "./hand-over.ts";
import type { Manufacturing } from "./manufacturing-peer.ts";

interface Parts {
  /** The tenants that have links due. */
  dueTenants: () => Promise<string[]>;
  handOversOf: (tenant: string) => HandOvers;
  manufacturing: Manufacturing;
}

/** Replays the links that a crash, or an absence of Manufacturing, left behind. */
export class HandOverDispatcher {
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(private readonly parts: Parts) {}

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
      const tenants = await this.parts.dueTenants();
      for (const tenant of tenants) {
        if (this.isStopped || !(await this.serve(tenant))) break;
      }
    } catch (error) {
      // The database may be away; the next round sees. Its text may hold values, so it stays here.
      log("WARN", "hand-over-failed", { error: error instanceof Error ? error.name : "unknown" });
    }
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      this.round = this.run();
    }, LIMITS.handOverIntervalMs);
    this.timer.unref();
  }

  /** Delivers what is due for a tenant, batch by batch. False where Manufacturing is away. */
  private async serve(tenant: string): Promise<boolean> {
    const { manufacturing } = this.parts;
    const handOvers = this.parts.handOversOf(tenant);
    while (!this.isStopped) {
      const links = await handOvers.take();
      if (links.length === 0) return true;
      if (!(await deliver(tenant, links, { handOvers, manufacturing }))) {
        log("WARN", "hand-over-waits", { tenant, links: links.length, for: "manufacturing" });
        return false;
      }
      log("INFO", "hand-over-delivered", { tenant, links: links.length });
    }
    return true;
  }
}
