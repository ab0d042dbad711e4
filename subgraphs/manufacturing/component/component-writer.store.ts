import { type Sql, statement } from "../../../shared/postgres/database.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { IdentifierTaken } from "../device/device-writer.store.ts";
import type { ComponentFacts } from "./component.ts";
import type { KnownInstallation, Placement } from "./installation.ts";

/** A component that is to be recorded. */
export interface NewComponent {
  componentId: number;
  facts: ComponentFacts;
  source: string | null;
}

/** An installation that is to be recorded. */
export interface NewInstallation extends Placement {
  installationId: number;
  parentId: number;
  childId: number;
  ordinal: number;
}

/** A removal that is to be recorded. */
export interface NewRemoval {
  installationId: number;
  /** null: now. */
  removedAt: Timestamp | null;
  reason: string;
  replacedBy: number | null;
}

/** The child in a place of a parent. */
export interface Place {
  parentId: number;
  childId: number;
  position: string;
}

const DEVICES_NAMED = statement(
  "devices_to_install",
  `SELECT value AS "serialNumber", device_id AS "deviceId" FROM device_identifier
   WHERE tenant = $1 AND kind = 'serialNumber' AND value = ANY ($2::text[])`,
);

const ITEMS = statement(
  "items_to_install",
  `SELECT 'Device' AS type, device_id AS id FROM device
   WHERE tenant = $1 AND device_id = ANY ($2::bigint[])
   UNION ALL SELECT 'Component', component_id FROM component
   WHERE tenant = $1 AND component_id = ANY ($2::bigint[])`,
);

const KNOWN = statement(
  "known_installations",
  `SELECT known.* FROM unnest($2::bigint[], $3::bigint[], $4::text[])
     AS asked (parent_id, child_id, position)
   CROSS JOIN LATERAL (SELECT i.parent_id AS "parentId", i.child_id AS "childId", i.position,
       i.installation_id AS "installationId", i.ordinal, i.quantity, i.measure,
       i.installed_at AS "installedAt", r.removed_at AS "removedAt"
     FROM installation i LEFT JOIN removal r
       ON r.tenant = $1 AND r.installation_id = i.installation_id
     WHERE i.tenant = $1 AND i.parent_id = asked.parent_id AND i.child_id = asked.child_id
       AND i.position = asked.position OFFSET 0) known
   ORDER BY known.ordinal`,
);

// In one order, so that batches that overlap wait for each other and do not block each other.
const CLAIM = statement(
  "claim_component_names",
  `INSERT INTO component_identifier (tenant, supplier, part_number, kind, value, component_id)
   SELECT $1, c.supplier, c."partNumber", c.kind, c.value, c."componentId"
   FROM json_to_recordset($2::json) AS c (supplier text, "partNumber" text, kind text, value text,
     "componentId" bigint)
   ORDER BY c.supplier, c."partNumber", c.kind, c.value
   ON CONFLICT DO NOTHING RETURNING component_id`,
);

const RECORD = statement(
  "record_components",
  `INSERT INTO component (tenant, component_id, supplier, part_number, serial_number,
     supplier_lot, recorded_at, actor, source)
   SELECT $1, c."componentId", c.supplier, c."partNumber",
     CASE WHEN c.kind = 'serialNumber' THEN c.value END, c."supplierLot",
     statement_timestamp(), $3, c.source
   FROM json_to_recordset($2::json) AS c (supplier text, "partNumber" text, kind text, value text,
     "componentId" bigint, "supplierLot" text, source text)`,
);

const INSTALL = statement(
  "record_installations",
  `INSERT INTO installation (tenant, installation_id, parent_id, child_id, position, ordinal,
     quantity, measure, installed_at, recorded_at, actor, source)
   SELECT $1, i."installationId", i."parentId", i."childId", i.position, i.ordinal, i.quantity,
     i.measure, COALESCE(i."installedAt", statement_timestamp()), statement_timestamp(), $3, i.source
   FROM json_to_recordset($2::json) AS i ("installationId" bigint, "parentId" bigint,
     "childId" bigint, position text, ordinal integer, quantity double precision, measure text,
     "installedAt" timestamptz, source text)
   ORDER BY i."parentId", i."childId", i.position
   ON CONFLICT DO NOTHING RETURNING installation_id`,
);

const REMOVE = statement(
  "record_removal",
  `INSERT INTO removal (tenant, installation_id, removed_at, recorded_at, actor, reason, replaced_by)
   SELECT $1, i.installation_id,
     COALESCE($3::timestamptz, GREATEST(statement_timestamp(), i.installed_at)),
     statement_timestamp(), $4, $5, $6::bigint
   FROM installation i WHERE i.tenant = $1 AND i.installation_id = $2
   ON CONFLICT DO NOTHING RETURNING installation_id`,
);

/** The one way in which components, installations and removals are written. For one transaction. */
export class ComponentWriter {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
    private readonly actor: string,
  ) {}

  /** The ids of the devices that are recorded under these serial numbers. */
  async devicesNamed(serialNumbers: readonly string[]): Promise<Map<string, number>> {
    if (serialNumbers.length === 0) return new Map();
    const rows = await this.sql.rows<{ serialNumber: string; deviceId: number }>(DEVICES_NAMED, [
      this.tenant,
      serialNumbers,
    ]);
    return new Map(rows.map(({ serialNumber, deviceId }) => [serialNumber, deviceId]));
  }

  /** Of what there is of these ids, whether it is a device or a component. */
  async typesOf(ids: readonly number[]): Promise<Map<number, "Device" | "Component">> {
    if (ids.length === 0) return new Map();
    const rows = await this.sql.rows<{ id: number; type: "Device" | "Component" }>(ITEMS, [
      this.tenant,
      ids,
    ]);
    return new Map(rows.map(({ id, type }) => [id, type]));
  }

  /** What was in these places, by `keyOfPlace`, each in the order in which it was. */
  async known(places: readonly Place[]): Promise<Map<string, KnownInstallation[]>> {
    const rows = await this.sql.rows<Place & KnownInstallation>(KNOWN, [
      this.tenant,
      places.map(({ parentId }) => parentId),
      places.map(({ childId }) => childId),
      places.map(({ position }) => position),
    ]);
    const known = new Map<string, KnownInstallation[]>();
    for (const row of rows) {
      const key = keyOfPlace(row);
      known.set(key, [...(known.get(key) ?? []), row]);
    }
    return known;
  }

  async recordComponents(components: readonly NewComponent[]): Promise<void> {
    if (components.length === 0) return;
    const rows = components.map(({ componentId, facts, source }) => ({
      ...facts.name,
      supplierLot: facts.supplierLot,
      componentId,
      source,
    }));
    const json = JSON.stringify(rows);
    const claimed = await this.sql.rows(CLAIM, [this.tenant, json]);
    // Only a race gets here: a moment ago nobody had the name. What was judged is judged again.
    if (claimed.length < rows.length) throw new IdentifierTaken();
    await this.sql.rows(RECORD, [this.tenant, json, this.actor]);
  }

  async install(installations: readonly NewInstallation[]): Promise<void> {
    if (installations.length === 0) return;
    const json = JSON.stringify(installations);
    const written = await this.sql.rows(INSTALL, [this.tenant, json, this.actor]);
    if (written.length < installations.length) throw new IdentifierTaken();
  }

  async remove({ installationId, removedAt, reason, replacedBy }: NewRemoval): Promise<void> {
    const values = [removedAt, this.actor, reason, replacedBy];
    const written = await this.sql.rows(REMOVE, [this.tenant, installationId, ...values]);
    if (written.length < 1) throw new IdentifierTaken();
  }
}

export function keyOfPlace({ parentId, childId, position }: Place): string {
  return `${parentId} ${childId} ${position}`;
}
