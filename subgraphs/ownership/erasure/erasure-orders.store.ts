import type { ErasureKey, ErasureOrder } from "../../../shared/graph/erasure-orders.ts";
import { type Database, statement } from "../../../shared/postgres/database.ts";
import { LIMITS } from "../limits.ts";

const DUE = statement(
  "erasure_orders_due",
  `SELECT tenant, erasure_id AS "erasureId", subject FROM erasure_order
   ORDER BY tenant, erasure_id LIMIT $1`,
);
const SETTLE = statement(
  "erasure_orders_settle",
  `WITH done AS (
     DELETE FROM erasure_order WHERE tenant = $1 AND erasure_id = ANY ($2::bigint[])
     RETURNING erasure_id
   )
   UPDATE erasure SET completed_at = clock_timestamp()
   WHERE tenant = $1 AND erasure_id IN (SELECT erasure_id FROM done) AND completed_at IS NULL`,
);

/** What other services have yet to forget, of all tenants; and that they have forgotten. */
export class ErasureOrders {
  constructor(
    /** In the role that sees the orders of every tenant, and nothing else of them. */
    private readonly worker: Database,
    private readonly application: Database,
  ) {}

  due(): Promise<ErasureOrder[]> {
    return this.worker.tenant("*").rows<ErasureOrder>(DUE, [LIMITS.erasureOrders]);
  }

  async settle(keys: readonly ErasureKey[]): Promise<void> {
    const byTenant = new Map<string, number[]>();
    for (const { tenant, erasureId } of keys) {
      byTenant.set(tenant, [...(byTenant.get(tenant) ?? []), erasureId]);
    }
    for (const [tenant, ids] of byTenant) {
      await this.application.tenant(tenant).rows(SETTLE, [tenant, ids]);
    }
  }
}
