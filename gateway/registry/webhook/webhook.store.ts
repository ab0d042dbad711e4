import { isClientName } from "../../../shared/client-name.ts";
import { loadBy, loadManyBy } from "../../../shared/load-by.ts";
import { selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { LIMITS } from "../limits.ts";
import { WebhookEntity } from "./webhook.entity.ts";
import type { WebhookChangeKind, WebhookState } from "./webhook.ts";
import { WebhookChangeEntity } from "./webhook-change.entity.ts";

export type WebhookRow = Omit<WebhookEntity, "tenant">;
export type NewWebhook = Pick<
  WebhookEntity,
  "name" | "url" | "eventTypes" | "position" | "createdBy"
>;
export type WebhookChangeRow = Omit<WebhookChangeEntity, "tenant">;

/** What a change says beside its kind. */
export interface WebhookNote {
  kind: WebhookChangeKind;
  about: string | null;
  actor: string;
  reason: string | null;
}

const COLUMNS = selectList(WebhookEntity);

const ALL = statement(
  "webhook_all",
  `SELECT ${COLUMNS} FROM webhook WHERE tenant = $1 ORDER BY name LIMIT $2`,
);
const BY_NAME = statement(
  "webhook_by_name",
  `SELECT ${COLUMNS} FROM webhook WHERE tenant = $1 AND name = ANY($2::text[])`,
);
const LOCK = statement(
  "webhook_lock",
  `SELECT ${COLUMNS} FROM webhook WHERE tenant = $1 AND name = $2 FOR UPDATE`,
);
const ADD = statement(
  "webhook_add",
  `INSERT INTO webhook (tenant, name, url, event_types, state, position, created_by)
   VALUES ($1, $2, $3, $4, 'ACTIVE', $5, $6)
   ON CONFLICT (tenant, name) DO NOTHING RETURNING ${COLUMNS}`,
);
const CHANGE_STATE = statement(
  "webhook_change_state",
  `UPDATE webhook SET state = $3, state_reason = $4, failed_attempts = 0, failing_since = NULL,
     due_at = NULL
   WHERE tenant = $1 AND name = $2 RETURNING ${COLUMNS}`,
);
const REPLAY = statement(
  "webhook_replay",
  `UPDATE webhook SET position = $3, generation = nextval('webhook_change_line'),
     failed_attempts = 0, failing_since = NULL,
     due_at = NULL
   WHERE tenant = $1 AND name = $2 RETURNING ${COLUMNS}`,
);
const REMOVE = statement("webhook_remove", "DELETE FROM webhook WHERE tenant = $1 AND name = $2");
const NOTE = statement(
  "webhook_note",
  `INSERT INTO webhook_change (tenant, webhook, kind, about, actor, reason)
   VALUES ($1, $2, $3, $4, $5, $6)`,
);
const CHANGES = statement(
  "webhook_changes",
  `SELECT ${selectList(WebhookChangeEntity)} FROM (
     SELECT *, row_number() OVER (PARTITION BY webhook ORDER BY line DESC) AS rank
     FROM webhook_change WHERE tenant = $1 AND webhook = ANY($2::text[])) ranked
   WHERE rank <= $3 ORDER BY webhook, line DESC`,
);

/** All SQL about webhooks but their secrets and deliveries. Lives for one request. */
export class WebhookStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  readonly byName = loadBy(
    async (names: readonly string[]) => {
      const possible = names.filter(isClientName);
      return possible.length === 0
        ? []
        : this.sql.rows<WebhookRow>(BY_NAME, [this.tenant, possible]);
    },
    ({ name }) => name,
  );

  /** The newest changes of a webhook, newest first; also of a former one of that name. */
  readonly changesOf = loadManyBy(
    (names: readonly string[]) =>
      this.sql.rows<WebhookChangeRow>(CHANGES, [this.tenant, names, LIMITS.listedChanges]),
    ({ webhook }) => webhook,
  );

  /** All of them, by name; one more than there may be shows that there are too many. */
  all(): Promise<WebhookRow[]> {
    return this.sql.rows<WebhookRow>(ALL, [this.tenant, LIMITS.webhooksOfTenant + 1]);
  }

  /** Reads the webhook and holds its row until the transaction ends. */
  async lock(name: string): Promise<WebhookRow | null> {
    if (!isClientName(name)) return null;
    const [row] = await this.sql.rows<WebhookRow>(LOCK, [this.tenant, name]);
    return row ?? null;
  }

  /** null where the name is taken. */
  async add({
    name,
    url,
    eventTypes,
    position,
    createdBy,
  }: NewWebhook): Promise<WebhookRow | null> {
    const values = [this.tenant, name, url, eventTypes, position, createdBy];
    const [row] = await this.sql.rows<WebhookRow>(ADD, values);
    return row ?? null;
  }

  changeState(name: string, state: WebhookState, reason: string | null): Promise<WebhookRow> {
    return this.one(CHANGE_STATE, [this.tenant, name, state, reason]);
  }

  /** Goes on from another position; what is under way does not move it. */
  replay(name: string, position: string): Promise<WebhookRow> {
    return this.one(REPLAY, [this.tenant, name, position]);
  }

  /** Removes a webhook with its secrets. */
  async remove(name: string): Promise<void> {
    await this.sql.rows(REMOVE, [this.tenant, name]);
  }

  async note(name: string, { kind, about, actor, reason }: WebhookNote): Promise<void> {
    await this.sql.rows(NOTE, [this.tenant, name, kind, about, actor, reason]);
  }

  private async one(text: typeof REPLAY, values: unknown[]): Promise<WebhookRow> {
    const [row] = await this.sql.rows<WebhookRow>(text, values);
    if (!row) throw new Error("a locked webhook is gone");
    return row;
  }
}
