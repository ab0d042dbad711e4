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

/** A device of a lot; each row says how many there are. */
export interface LotRow {
  serialNumber: string;
  connhexId: string | null;
  deviceCount: number;
}

export interface OwnedRow extends SealedOwner {
  connhexId: string;
}

/** A cloud identity with one of its ownerships; `from` is null where it has none. */
export interface CustodyRow extends SealedOwner {
  state: string;
  from: string | null;
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
const LOT = `SELECT serial_number AS "serialNumber", connhex_id AS "connhexId",
    (SELECT count(*) FROM device WHERE tenant = $1 AND lot_code = $2) AS "deviceCount"
  FROM device WHERE tenant = $1 AND lot_code = $2 ORDER BY device_id LIMIT 50`;
const SEALED = `k.owner_id AS "ownerId", k.wrapped_key AS "wrappedKey", c.ciphertext`;
const sealedOf = (row: string) => `
  LEFT JOIN owner_key k ON k.tenant = ${row}.tenant AND k.owner_id = ${row}.owner_id
  LEFT JOIN owner_contact c ON c.tenant = ${row}.tenant AND c.owner_id = ${row}.owner_id`;
const OWNED = `SELECT o.connhex_id AS "connhexId", ${SEALED} FROM ownership o ${sealedOf("o")}
  WHERE o.tenant = $1 AND o.connhex_id = ANY($2::text[]) AND o.owner_id IS NOT NULL`;
const CUSTODY = `SELECT i.state, r.at AS "from", n.at AS "to", ${SEALED} FROM cloud_identity i
  LEFT JOIN ownership_revision r
    ON r.tenant = i.tenant AND r.connhex_id = i.connhex_id AND r.owner_id IS NOT NULL
  LEFT JOIN ownership_revision n
    ON n.tenant = r.tenant AND n.connhex_id = r.connhex_id AND n.revision = r.revision + 1
  ${sealedOf("r")}
  WHERE i.tenant = $1 AND i.connhex_id = $2 ORDER BY r.revision`;

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

  lot(lotCode: string): Promise<LotRow[]> {
    return this.manufactured("lot", LOT, lotCode);
  }

  owners(connhexIds: readonly string[]): Promise<OwnedRow[]> {
    return this.owned("owners", OWNED, connhexIds);
  }

  custody(connhexId: string): Promise<CustodyRow[]> {
    return this.owned("custody", CUSTODY, connhexId);
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
