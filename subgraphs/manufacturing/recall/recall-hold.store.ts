import { type Sql, statement } from "../../../shared/postgres/database.ts";

const HELD = statement(
  "devices_held_by_recalls",
  `SELECT DISTINCT i.value AS "connhexId" FROM device_identifier i
   JOIN recall_item t ON t.tenant = $1 AND t.device_id = i.device_id
   LEFT JOIN recall_withdrawal w ON w.tenant = $1 AND w.recall_id = t.recall_id
   WHERE i.tenant = $1 AND i.kind = 'connhexId' AND i.value = ANY ($2::text[])
     AND w.recall_id IS NULL`,
);

/** Which devices are held by recalls that are open. Lives for one request. */
export class RecallHoldStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** Of these devices, those that an open recall holds. */
  async held(connhexIds: readonly string[]): Promise<string[]> {
    const rows = await this.sql.rows<{ connhexId: string }>(HELD, [this.tenant, connhexIds]);
    return rows.map(({ connhexId }) => connhexId);
  }
}
