import { type Sql, statement } from "../../shared/postgres/database.ts";
import type { WebhookState } from "../registry/webhook/webhook.ts";
import type { NewWebhookDelivery } from "../registry/webhook/webhook-delivery.store.ts";
import { WEBHOOKS } from "./limits.ts";

/** A webhook as it is served. */
export interface ServedWebhook {
  name: string;
  url: string;
  eventTypes: readonly string[];
  state: WebhookState;
  position: string;
  generation: number;
  failedAttempts: number;
  isDue: boolean;
}

/** What came of serving a webhook for a while. */
export interface Progress {
  position: string;
  /** In a row; 0 where the last one succeeded. */
  failedAttempts: number;
  /** How long nothing is tried; null: go on at once. */
  pauseMs: number | null;
  hasDelivered: boolean;
  deliveries: readonly NewWebhookDelivery[];
}

/** How a webhook stands after that. */
export interface Standing {
  /** Whether nobody has paused it. */
  isActive: boolean;
  /** For how long nothing could be delivered. */
  failingMs: number;
}

/** Who serves the webhooks of a tenant, by the lease that he took. */
export interface Lease {
  holder: string;
  epoch: number;
}

const TENANTS = statement(
  "dispatch_tenants",
  `SELECT DISTINCT tenant FROM webhook WHERE state <> 'PAUSED' AND tenant > $1
   ORDER BY tenant LIMIT $2`,
);
const TAKE = statement(
  "dispatch_take",
  `INSERT INTO webhook_lease AS l (tenant, holder, epoch, ends_at)
   VALUES ($1, $2, 1, clock_timestamp() + $3 * interval '1 ms')
   ON CONFLICT (tenant) DO UPDATE SET holder = EXCLUDED.holder, epoch = l.epoch + 1,
     ends_at = EXCLUDED.ends_at
   WHERE l.ends_at < clock_timestamp() RETURNING epoch`,
);
const RENEW = statement(
  "dispatch_renew",
  `UPDATE webhook_lease SET ends_at = clock_timestamp() + $4 * interval '1 ms'
   WHERE tenant = $1 AND holder = $2 AND epoch = $3 RETURNING epoch`,
);
const ALL = statement(
  "dispatch_webhooks",
  `SELECT name, url, event_types AS "eventTypes", state, position, generation,
     failed_attempts AS "failedAttempts",
     due_at IS NULL OR due_at <= clock_timestamp() AS "isDue"
   FROM webhook WHERE tenant = $1`,
);
// Whoever lost his lease, or began before a replay, moves nothing. What he sent was sent.
const MINE = `mine AS (
     SELECT epoch FROM webhook_lease WHERE tenant = $1 AND holder = $2 AND epoch = $3 FOR SHARE)`;
const SAVE = statement(
  "dispatch_save",
  `WITH ${MINE}, moved AS (
     UPDATE webhook SET position = $6, failed_attempts = $7,
       failing_since = CASE WHEN $7 = 0 THEN NULL WHEN $9 THEN clock_timestamp()
         ELSE coalesce(failing_since, clock_timestamp()) END,
       due_at = clock_timestamp() + $8::float8 * interval '1 ms',
       delivered_at = CASE WHEN $9 THEN clock_timestamp() ELSE delivered_at END
     WHERE tenant = $1 AND name = $4 AND generation = $5 AND EXISTS (SELECT FROM mine)
     RETURNING state, failing_since
   ), noted AS (
     INSERT INTO webhook_delivery (tenant, webhook, event_id, event_type, attempt, outcome, status,
       reason, ms)
     SELECT $1, $4, d."eventId", d."eventType", d.attempt, d.outcome, d.status, d.reason, d.ms
     FROM json_to_recordset($10::json) AS d ("eventId" text, "eventType" text, attempt integer,
       outcome text, status integer, reason text, ms real)
   )
   SELECT state = 'ACTIVE' AS "isActive",
     coalesce(extract(epoch FROM clock_timestamp() - failing_since) * 1000, 0)::float8
       AS "failingMs" FROM moved`,
);
const FAIL = statement(
  "dispatch_fail",
  `WITH ${MINE}, failed AS (
     UPDATE webhook SET state = 'FAILED', state_reason = $6
     WHERE tenant = $1 AND name = $4 AND generation = $5 AND state = 'ACTIVE'
       AND EXISTS (SELECT FROM mine)
     RETURNING name
   )
   INSERT INTO webhook_change (tenant, webhook, kind, actor, reason)
   SELECT $1, name, 'FAILED', 'service:gateway', $6 FROM failed RETURNING 1`,
);
const REMOVE_OLD = statement(
  "dispatch_remove_old",
  `DELETE FROM webhook_delivery WHERE tenant = $1 AND line IN (
     SELECT line FROM webhook_delivery WHERE tenant = $1 ORDER BY line LIMIT $3)
     AND at < clock_timestamp() - $2 * interval '1 ms' RETURNING 1`,
);

/** The tenants that have webhooks to serve. Only the role `gateway_dispatcher` sees more than one. */
export async function tenantsWithWebhooks(dispatcher: Sql): Promise<string[]> {
  const found: string[] = [];
  for (;;) {
    const values = [found.at(-1) ?? "", WEBHOOKS.tenantsAtOnce];
    const rows = await dispatcher.rows<{ tenant: string }>(TENANTS, values);
    for (const { tenant } of rows) found.push(tenant);
    if (rows.length < WEBHOOKS.tenantsAtOnce) return found;
  }
}

/** All SQL of serving the webhooks of a tenant. */
export class DispatchStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** Takes the tenant's webhooks for a while; null where somebody has them. */
  async take(holder: string, ms: number): Promise<Lease | null> {
    const [row] = await this.sql.rows<{ epoch: number }>(TAKE, [this.tenant, holder, ms]);
    return row ? { holder, epoch: row.epoch } : null;
  }

  /** Keeps what was taken, or gives it back with 0 ms; false where somebody else has it by now. */
  async renew({ holder, epoch }: Lease, ms: number): Promise<boolean> {
    const rows = await this.sql.rows(RENEW, [this.tenant, holder, epoch, ms]);
    return rows.length > 0;
  }

  all(): Promise<ServedWebhook[]> {
    return this.sql.rows<ServedWebhook>(ALL, [this.tenant]);
  }

  /**
   * Writes what was sent, and how far the webhook is. Answers how it stands then; null where it is
   * not ours any more, was replayed meanwhile, or removed.
   */
  async save(
    { holder, epoch }: Lease,
    { name, generation }: Pick<ServedWebhook, "name" | "generation">,
    { position, failedAttempts, pauseMs, hasDelivered, deliveries }: Progress,
  ): Promise<Standing | null> {
    const [row] = await this.sql.rows<Standing>(SAVE, [
      ...[this.tenant, holder, epoch, name, generation],
      ...[position, failedAttempts, pauseMs, hasDelivered, JSON.stringify(deliveries)],
    ]);
    return row ?? null;
  }

  /** Stops serving a webhook until somebody resumes it; false where that is not ours to say. */
  async fail(
    { holder, epoch }: Lease,
    { name, generation }: Pick<ServedWebhook, "name" | "generation">,
    reason: string,
  ): Promise<boolean> {
    const values = [this.tenant, holder, epoch, name, generation, reason];
    return (await this.sql.rows(FAIL, values)).length > 0;
  }

  /** Removes old lines of what was sent, some at a time. */
  async removeOld(): Promise<void> {
    const { deliveriesKeptMs, deliveriesRemovedAtOnce: most } = WEBHOOKS;
    for (let removed: number = most; removed === most; ) {
      const rows = await this.sql.rows(REMOVE_OLD, [this.tenant, deliveriesKeptMs, most]);
      removed = rows.length;
    }
  }
}
