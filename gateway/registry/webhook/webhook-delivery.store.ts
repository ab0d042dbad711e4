import { cutPage, type Page, type PageOf } from "../../../shared/page.ts";
import { selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { WebhookDeliveryEntity } from "./webhook-delivery.entity.ts";

export type WebhookDeliveryRow = Omit<WebhookDeliveryEntity, "tenant">;
export type NewWebhookDelivery = Omit<WebhookDeliveryRow, "line" | "at" | "webhook">;

const COLUMNS = selectList(WebhookDeliveryEntity);

const PAGE = (order: "ASC" | "DESC") =>
  statement(
    `webhook_delivery_page_${order}`,
    `SELECT ${COLUMNS} FROM webhook_delivery
     WHERE tenant = $1 AND webhook = $2 AND (NOT $3 OR outcome = 'FAILED')
       AND line > coalesce($4, 0) AND line < coalesce($5, 9223372036854775807)
     ORDER BY line ${order} LIMIT $6`,
  );
const PAGES = { forward: PAGE("ASC"), backward: PAGE("DESC") };
const COUNT = statement(
  "webhook_delivery_count",
  `SELECT count(*) AS count FROM webhook_delivery
   WHERE tenant = $1 AND webhook = $2 AND (NOT $3 OR outcome = 'FAILED')`,
);
const ADD = statement(
  "webhook_delivery_add",
  `INSERT INTO webhook_delivery (tenant, webhook, event_id, event_type, attempt, outcome, status,
     reason, ms)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ${COLUMNS}`,
);

/** Which attempts are listed. */
export interface DeliveriesQuestion {
  webhook: string;
  isFailed: boolean;
}

/** What was sent to webhooks. Lives for one request. */
export class WebhookDeliveryStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  async page(
    { webhook, isFailed }: DeliveriesQuestion,
    page: Page,
  ): Promise<PageOf<WebhookDeliveryRow>> {
    const { after, before, size } = page;
    const query = page.backward ? PAGES.backward : PAGES.forward;
    const values = [this.tenant, webhook, isFailed, after, before, size + 1];
    return cutPage(page, await this.sql.rows<WebhookDeliveryRow>(query, values));
  }

  async count({ webhook, isFailed }: DeliveriesQuestion): Promise<number> {
    const values = [this.tenant, webhook, isFailed];
    const [row] = await this.sql.rows<{ count: number }>(COUNT, values);
    return row?.count ?? 0;
  }

  async add(webhook: string, delivery: NewWebhookDelivery): Promise<WebhookDeliveryRow> {
    const { eventId, eventType, attempt, outcome, status, reason, ms } = delivery;
    const values = [webhook, eventId, eventType, attempt, outcome, status, reason, ms];
    const [row] = await this.sql.rows<WebhookDeliveryRow>(ADD, [this.tenant, ...values]);
    if (!row) throw new Error("a delivery was not written");
    return row;
  }
}
