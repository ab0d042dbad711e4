import type { Revision } from "../../subgraphs/manufacturing/device/device-revision.ts";
import type { FreshDatabase } from "../support/postgres.ts";

/** A device with all of its revisions, rising. */
export interface RecordedDevice {
  deviceId: number;
  serialNumber: string;
  revisions: Revision[];
}

export interface RecordedComponent {
  id: number;
  partNumber: string;
  serialNumber: string | null;
  supplier: string;
  supplierLot: string | null;
}

export interface RecordedInstallation {
  id: number;
  parent: number;
  child: number;
  recordedAt: string;
  /** When its removal was recorded; null where it lasts. */
  removalRecordedAt: string | null;
}

/** Everything that was recorded, as it stands in the tables that are only ever added to. */
export interface Recorded {
  devices: RecordedDevice[];
  components: RecordedComponent[];
  installations: RecordedInstallation[];
}

const time = (column: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const REVISIONS = `SELECT device_id::int AS "deviceId", revision,
    ${time("recorded_at")} AS "recordedAt", ${time("effective_at")} AS "effectiveAt",
    changed, serial_number AS "serialNumber", connhex_id AS "connhexId",
    part_number AS "partNumber", pcb_part_number AS "pcbPartNumber",
    hardware_revision AS "hardwareRevision", fw_version AS "fwVersion",
    device_type AS "deviceType", lot_code AS "lotCode", work_order AS "workOrder",
    production_order AS "productionOrder", pallet_id AS "palletId", package_id AS "packageId",
    phase, disposition, ${time("produced_at")} AS "producedAt", site, line, operator, attributes
  FROM device_revision ORDER BY device_id, revision`;

const COMPONENTS = `SELECT component_id::int AS id, part_number AS "partNumber",
    serial_number AS "serialNumber", supplier, supplier_lot AS "supplierLot" FROM component`;

const INSTALLATIONS = `SELECT i.installation_id::int AS id, i.parent_id::int AS parent,
    i.child_id::int AS child, ${time("i.recorded_at")} AS "recordedAt",
    ${time("r.recorded_at")} AS "removalRecordedAt"
  FROM installation i LEFT JOIN removal r ON r.installation_id = i.installation_id`;

/** Reads the whole record as a superuser, past every statement of the product's. */
export async function readRecord(database: FreshDatabase): Promise<Recorded> {
  const devices: RecordedDevice[] = [];
  for (const revision of await database.admin<Revision>(REVISIONS)) {
    const { deviceId, serialNumber } = revision;
    const last = devices.at(-1);
    if (last?.deviceId === deviceId) last.revisions.push(revision);
    else devices.push({ deviceId, serialNumber, revisions: [revision] });
  }
  return {
    devices,
    components: await database.admin<RecordedComponent>(COMPONENTS),
    installations: await database.admin<RecordedInstallation>(INSTALLATIONS),
  };
}
