import { setTimeout as pause } from "node:timers/promises";
import type { Caller } from "../../../shared/caller.ts";
import type { EventPage, EventsQuestion } from "../../../shared/events/event.ts";
import { assertMayAskForEvents } from "../../../shared/events/event-readers.ts";
import { NumberedFeedStore } from "../../../shared/events/numbered-feed.store.ts";
import { readEvents } from "../../../shared/events/service-feed.ts";
import { Tidying } from "../../../shared/events/tidying.ts";
import type { ChangeBatch, ChangesOptions } from "../../../shared/graph/subgraph-service.ts";
import type { Database } from "../../../shared/postgres/database.ts";
import { LIMITS } from "../limits.ts";
import { DeviceChangeStore } from "./device-change.store.ts";
import { DEVICE_FEED, type DeviceChangeColumns, deviceEvents } from "./device-event.store.ts";

/**
 * What changes in this service's devices, as it is committed by whichever process. Looks into the
 * database several times a second while somebody follows, on connections of its own.
 */
export class DeviceChanges {
  private readonly tidying = new Tidying((tenant) =>
    new NumberedFeedStore(this.requests.tenant(tenant), tenant, DEVICE_FEED).removeOld(),
  );

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

  /** A page of a tenant's events, from any time within the last 30 days on. */
  async events(caller: Caller, question: EventsQuestion): Promise<EventPage> {
    assertMayAskForEvents(caller);
    const { tenant } = caller;
    const sql = this.requests.tenant(tenant);
    return readEvents<DeviceChangeColumns>(
      {
        ...{ sql, tenant, statements: DEVICE_FEED },
        expand: (named) => deviceEvents(sql, tenant, named),
      },
      question,
    );
  }

  /** Removes a tenant's old rows, now and then, while its requests come in. */
  tidy(tenant: string): void {
    this.tidying.tidy(tenant);
  }

  close(): Promise<void> {
    return this.followers.close();
  }
}
