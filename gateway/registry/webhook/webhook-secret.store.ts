import { loadManyBy } from "../../../shared/load-by.ts";
import { selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { WebhookSecretEntity } from "./webhook-secret.entity.ts";

/** A secret as it is listed; itself it stays in the table. */
export type WebhookSecretRow = Omit<WebhookSecretEntity, "tenant" | "sealed">;

const COLUMNS = selectList(WebhookSecretEntity, {
  only: ["webhook", "secretId", "createdAt", "createdBy", "endsAt"],
});
const IS_VALID = "(ends_at IS NULL OR ends_at > clock_timestamp())";

const OF_WEBHOOKS = statement(
  "webhook_secret_of_webhooks",
  `SELECT ${COLUMNS} FROM webhook_secret
   WHERE tenant = $1 AND webhook = ANY($2::text[]) AND ${IS_VALID}
   ORDER BY webhook, created_at DESC`,
);
const SEALED = statement(
  "webhook_secret_sealed",
  `SELECT secret_id AS "secretId", sealed FROM webhook_secret
   WHERE tenant = $1 AND webhook = $2 AND ${IS_VALID} ORDER BY created_at DESC`,
);
const ADD = statement(
  "webhook_secret_add",
  `INSERT INTO webhook_secret (tenant, webhook, secret_id, sealed, created_by)
   VALUES ($1, $2, $3, $4, $5) RETURNING ${COLUMNS}`,
);
const END_WITHIN = statement(
  "webhook_secret_end_within",
  `UPDATE webhook_secret
   SET ends_at = least(ends_at, clock_timestamp() + make_interval(hours => $3))
   WHERE tenant = $1 AND webhook = $2`,
);
const REMOVE_ENDED = statement(
  "webhook_secret_remove_ended",
  "DELETE FROM webhook_secret WHERE tenant = $1 AND webhook = $2 AND ends_at <= clock_timestamp()",
);

/** All SQL about the secrets of webhooks. Lives for one request. */
export class WebhookSecretStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** The secrets that sign now, the newest first. */
  readonly ofWebhook = loadManyBy(
    (names: readonly string[]) =>
      this.sql.rows<WebhookSecretRow>(OF_WEBHOOKS, [this.tenant, names]),
    ({ webhook }) => webhook,
  );

  /** The same with what opens them. */
  sealed(webhook: string): Promise<Pick<WebhookSecretEntity, "secretId" | "sealed">[]> {
    return this.sql.rows(SEALED, [this.tenant, webhook]);
  }

  async add(
    webhook: string,
    { secretId, sealed, createdBy }: Pick<WebhookSecretEntity, "secretId" | "sealed" | "createdBy">,
  ): Promise<WebhookSecretRow> {
    const values = [this.tenant, webhook, secretId, sealed, createdBy];
    const [row] = await this.sql.rows<WebhookSecretRow>(ADD, values);
    if (!row) throw new Error("a secret was not written");
    return row;
  }

  /** Ends the present secrets so many hours from now, and forgets those that have ended. */
  async endWithin(webhook: string, hours: number): Promise<void> {
    await this.sql.rows(REMOVE_ENDED, [this.tenant, webhook]);
    await this.sql.rows(END_WITHIN, [this.tenant, webhook, hours]);
  }
}
