import { log } from "../log.ts";
import { EVENT_LIMITS } from "./limits.ts";

/** Removes what is old of the tenants whose requests come in: each of them now and then. */
export class Tidying {
  private readonly tidiedAt = new Map<string, number>();

  constructor(private readonly removeOld: (tenant: string) => Promise<void>) {}

  tidy(tenant: string): void {
    const now = Date.now();
    const tidiedAt = this.tidiedAt.get(tenant);
    if (tidiedAt !== undefined && now - tidiedAt < EVENT_LIMITS.tidiedEveryMs) return;
    this.tidiedAt.delete(tenant);
    this.tidiedAt.set(tenant, now);
    const [oldest] = this.tidiedAt.keys();
    if (this.tidiedAt.size > EVENT_LIMITS.tenantsRemembered && oldest !== undefined) {
      this.tidiedAt.delete(oldest);
    }
    // A process that is asked for the first time has other things to do.
    if (tidiedAt === undefined) return;
    this.removeOld(tenant).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      log("WARN", "changes-not-tidied", { tenant, reason });
    });
  }
}
