import { setTimeout as pause } from "node:timers/promises";
import type { ChangeBatch, ChangesOptions } from "../../../shared/graph/subgraph-service.ts";
import { log } from "../../../shared/log.ts";
import type { Database } from "../../../shared/postgres/database.ts";
import { LIMITS } from "../limits.ts";
import { DeviceChangeStore } from "./device-change.store.ts";

/**
 * What changes in this service's devices, as it is committed by whichever process. Looks into the
 * database several times a second while somebody follows, on connections of its own.
 */
export class DeviceChanges {
  private readonly tidiedAt = new Map<string, number>();

  constructor(
    /** Connections for following alone: whoever follows takes none from the requests. */
    private readonly followers: Database,
    private readonly requests: Database,
  ) {}

  /**
   * A tenant's changes since a position, or from now on; the first batch comes at once. Throws
   * where the database cannot be asked: go on from the last position.
   */
  async *follow(tenant: string, { after, signal }: ChangesOptions): AsyncGenerator<ChangeBatch> {
    const store = new DeviceChangeStore(this.followers.tenant(tenant), tenant);
    let position = after ?? (await store.position());
    if (after === undefined) yield { position, isMissed: false, changes: [] };
    while (!signal.aborted) {
      const batch = await store.since(position);
      position = batch.position;
      yield batch;
      await pause(LIMITS.changesEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Removes a tenant's old rows, now and then, while its requests come in. */
  tidy(tenant: string): void {
    const now = Date.now();
    const tidiedAt = this.tidiedAt.get(tenant);
    if (tidiedAt !== undefined && now - tidiedAt < LIMITS.changesTidiedEveryMs) return;
    this.tidiedAt.delete(tenant);
    this.tidiedAt.set(tenant, now);
    const [oldest] = this.tidiedAt.keys();
    if (this.tidiedAt.size > LIMITS.tenantsRemembered && oldest !== undefined) {
      this.tidiedAt.delete(oldest);
    }
    // A process that is asked for the first time has other things to do.
    if (tidiedAt === undefined) return;
    const store = new DeviceChangeStore(this.requests.tenant(tenant), tenant);
    store.removeOld().catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      log("WARN", "changes-not-tidied", { tenant, reason });
    });
  }

  close(): Promise<void> {
    return this.followers.close();
  }
}
