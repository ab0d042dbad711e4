import pg from "pg";
import { boundTo, CONNECTIONS_PER_STORE, types } from "../shared/connection.ts";
import type { SealedOwner } from "../shared/owner-contact.ts";

export interface DeviceRow {
  deviceId: number;
  serialNumber: string;
  partNumber: string | null;
  fwVersion: string | null;
  hardwareRevision: string | null;
  lotCode: string | null;
  attributes: object;
}

export interface SiblingRow {
  serialNumber: string;
  connhexId: string | null;
}

export interface OwnedRow extends SealedOwner {
  connhexId: string;
}

export interface PeriodRow extends SealedOwner {
  from: string;
  to: string | null;
}

const DEVICE = `SELECT device_id AS "deviceId", serial_number AS "serialNumber",
    part_number AS "partNumber", fw_version AS "fwVersion", hardware_revision AS "hardwareRevision",
    lot_code AS "lotCode", attributes
  FROM device WHERE tenant = $1 AND device_id = (
    SELECT device_id FROM device_identifier
    WHERE tenant = $1 AND kind = 'connhexId' AND value = $2)`;
const HISTORY = `SELECT revision, recorded_at AS "recordedAt", effective_at AS "effectiveAt", actor,
    reason, changed
  FROM device_revision WHERE tenant = $1 AND device_id = $2 ORDER BY revision LIMIT 20`;
const LOT_COUNT = "SELECT count(*) AS count FROM device WHERE tenant = $1 AND lot_code = $2";
const LOT_DEVICES = `SELECT serial_number AS "serialNumber", connhex_id AS "connhexId"
  FROM device WHERE tenant = $1 AND lot_code = $2 ORDER BY device_id LIMIT 50`;
const STATE = "SELECT state FROM cloud_identity WHERE tenant = $1 AND connhex_id = $2";
const SEALED = `k.owner_id AS "ownerId", k.wrapped_key AS "wrappedKey", c.ciphertext`;
const sealedOf = (row: string) => `
  LEFT JOIN owner_key k ON k.tenant = ${row}.tenant AND k.owner_id = ${row}.owner_id
  LEFT JOIN owner_contact c ON c.tenant = ${row}.tenant AND c.owner_id = ${row}.owner_id`;
const OWNED = `SELECT o.connhex_id AS "connhexId", ${SEALED} FROM ownership o ${sealedOf("o")}
  WHERE o.tenant = $1 AND o.connhex_id = ANY($2::text[]) AND o.owner_id IS NOT NULL`;
const PERIODS = `SELECT r.at AS "from", n.at AS "to", ${SEALED} FROM ownership_revision r
  LEFT JOIN ownership_revision n
    ON n.tenant = r.tenant AND n.connhex_id = r.connhex_id AND n.revision = r.revision + 1
  ${sealedOf("r")}
  WHERE r.tenant = $1 AND r.connhex_id = $2 AND r.owner_id IS NOT NULL ORDER BY r.revision`;

/** The statements of one Walk, prepared once a connection. */
export class WalkStore {
  private readonly manufacturing: pg.Pool;
  private readonly ownership: pg.Pool;

  constructor(
    urls: { manufacturing: string; ownership: string },
    private readonly tenant: string,
  ) {
    const pool = (connectionString: string, role: string) =>
      new pg.Pool({
        connectionString,
        options: boundTo(tenant, role),
        max: CONNECTIONS_PER_STORE,
        types,
      });
    this.manufacturing = pool(urls.manufacturing, "manufacturing_app");
    this.ownership = pool(urls.ownership, "ownership_app");
  }

  async device(connhexId: string): Promise<DeviceRow | null> {
    const [row] = await this.manufactured<DeviceRow>("device", DEVICE, connhexId);
    return row ?? null;
  }

  history(deviceId: number): Promise<object[]> {
    return this.manufactured("history", HISTORY, deviceId);
  }

  async lotCount(lotCode: string): Promise<number> {
    const [row] = await this.manufactured<{ count: number }>("lot_count", LOT_COUNT, lotCode);
    return row?.count ?? 0;
  }

  lotDevices(lotCode: string): Promise<SiblingRow[]> {
    return this.manufactured("lot_devices", LOT_DEVICES, lotCode);
  }

  async identity(connhexId: string): Promise<{ state: string } | null> {
    const [row] = await this.owned<{ state: string }>("state", STATE, connhexId);
    return row ?? null;
  }

  owners(connhexIds: readonly string[]): Promise<OwnedRow[]> {
    return this.owned("owners", OWNED, connhexIds);
  }

  periods(connhexId: string): Promise<PeriodRow[]> {
    return this.owned("periods", PERIODS, connhexId);
  }

  async close(): Promise<void> {
    await Promise.all([this.manufacturing.end(), this.ownership.end()]);
  }

  private async manufactured<Row>(name: string, text: string, key: unknown): Promise<Row[]> {
    const { rows } = await this.manufacturing.query({ name, text, values: [this.tenant, key] });
    return rows as Row[];
  }

  private async owned<Row>(name: string, text: string, key: unknown): Promise<Row[]> {
    const { rows } = await this.ownership.query({ name, text, values: [this.tenant, key] });
    return rows as Row[];
  }
}
