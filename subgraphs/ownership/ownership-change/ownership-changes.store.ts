import type { Caller } from "../../../shared/caller.ts";
import type { EventPage, EventsQuestion } from "../../../shared/events/event.ts";
import { assertMayAskForEvents } from "../../../shared/events/event-readers.ts";
import { NumberedFeedStore } from "../../../shared/events/numbered-feed.store.ts";
import { readEvents } from "../../../shared/events/service-feed.ts";
import { Tidying } from "../../../shared/events/tidying.ts";
import type { Database } from "../../../shared/postgres/database.ts";
import {
  OWNERSHIP_FEED,
  type OwnershipChangeColumns,
  ownershipEvents,
} from "./ownership-change.store.ts";

/** What changes in this service's identities and ownerships, for other systems. */
export class OwnershipChanges {
  private readonly tidying = new Tidying((tenant) =>
    new NumberedFeedStore(this.database.tenant(tenant), tenant, OWNERSHIP_FEED).removeOld(),
  );

  constructor(private readonly database: Database) {}

  /** A page of a tenant's events, from any time within the last 30 days on. */
  async events(caller: Caller, question: EventsQuestion): Promise<EventPage> {
    assertMayAskForEvents(caller);
    const { tenant } = caller;
    const sql = this.database.tenant(tenant);
    return readEvents<OwnershipChangeColumns>(
      {
        ...{ sql, tenant, statements: OWNERSHIP_FEED },
        expand: (named) => ownershipEvents(sql, tenant, named),
      },
      question,
    );
  }

  /** Removes a tenant's old rows, now and then, while its requests come in. */
  tidy(tenant: string): void {
    this.tidying.tidy(tenant);
  }
}
