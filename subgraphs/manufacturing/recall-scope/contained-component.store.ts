import { type Sql, statement } from "../../../shared/postgres/database.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { ContainedComponent } from "./evaluate.ts";

// An item is visited once as installed and once as not, and for each installation that leads to it:
// loops in the data end.
const CONTAINED = statement(
  "contained_components",
  `WITH RECURSIVE contained (item_id, installation_id, recorded_at, is_installed) AS (
     SELECT $2::bigint, 0::bigint, NULL::timestamptz, true
   UNION
     SELECT below.* FROM contained o CROSS JOIN LATERAL (
       SELECT i.child_id, i.installation_id, i.recorded_at, o.is_installed AND NOT EXISTS (
         SELECT FROM removal r WHERE r.tenant = $1 AND r.installation_id = i.installation_id
           AND ($3::timestamptz IS NULL OR r.recorded_at <= $3))
       FROM installation i WHERE i.tenant = $1 AND i.parent_id = o.item_id
         AND ($3::timestamptz IS NULL OR i.recorded_at <= $3) OFFSET 0) below
   )
   SELECT c.part_number AS "partNumber", c.serial_number AS "serialNumber", c.supplier,
     c.supplier_lot AS "supplierLot", bool_or(o.is_installed) AS "isInstalled",
     o.installation_id AS "installationId", o.recorded_at AS "recordedAt"
   FROM contained o JOIN component c ON c.tenant = $1 AND c.component_id = o.item_id
   GROUP BY c.component_id, o.installation_id, o.recorded_at
   ORDER BY o.recorded_at, o.installation_id`,
);

/** What devices contain, on every level. Lives for one request. */
export class ContainedComponentStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** Every component that is or was in the device, once for each installation of its own. */
  of(deviceId: number, knownAt: Timestamp | null): Promise<ContainedComponent[]> {
    return this.sql.rows<ContainedComponent>(CONTAINED, [this.tenant, deviceId, knownAt]);
  }
}
