import { Database, type TenantSql } from "../../shared/postgres/database.ts";
import { appRole } from "../../shared/postgres/migrate.ts";
import type { DeviceState, IdentityState } from "./device-state.ts";

const LINKS = `SELECT serial_number AS "serialNumber", connhex_id AS "linkedId", revision AS revisions,
    (SELECT count(*) FROM device_revision r
     WHERE r.tenant = d.tenant AND r.device_id = d.device_id AND 'connhexId' = ANY(r.changed)) AS links
  FROM device d
  WHERE tenant = current_setting('app.tenant') AND serial_number = ANY($1::text[])`;

const IDENTITIES = `SELECT serial_number AS "serialNumber", connhex_id AS "connhexId", state,
    (SELECT count(*) FROM cloud_identity_revision r
     WHERE r.tenant = i.tenant AND r.connhex_id = i.connhex_id) AS revisions
  FROM cloud_identity i
  WHERE tenant = current_setting('app.tenant') AND serial_number = ANY($1::text[])`;

/** Statements that a killed process sent still run in its database for a moment. */
const BUSY = `SELECT count(*) AS busy FROM pg_stat_activity
  WHERE datname = current_database() AND backend_type = 'client backend'
    AND state <> 'idle' AND pid <> pg_backend_pid()`;

const WAITING = "SELECT count(*) AS waiting FROM hand_over";
const MAKE_DUE = "UPDATE hand_over SET due_at = now() WHERE due_at > now()";
const FORGET = "DELETE FROM hand_over";

/** Where a campaign looks, past both services: into their databases. */
export class Evidence {
  readonly manufacturing: TenantSql;
  readonly ownership: TenantSql;
  private readonly databases: Database[];

  constructor(urls: { manufacturing: string; ownership: string }, tenant: string) {
    const open = (service: keyof typeof urls) =>
      new Database({
        url: urls[service],
        role: appRole(service),
        poolSize: 2,
        statementTimeoutMs: 60_000,
      });
    this.databases = [open("manufacturing"), open("ownership")];
    const [manufacturing, ownership] = this.databases.map((database) => database.tenant(tenant));
    if (!manufacturing || !ownership) throw new Error("no database");
    this.manufacturing = manufacturing;
    this.ownership = ownership;
  }

  /** What both services hold of these devices, in this order. */
  async statesOf(serialNumbers: readonly string[]): Promise<DeviceState[]> {
    const states = await this.statesOfRecorded(serialNumbers);
    const bySerialNumber = new Map(states.map((state) => [state.serialNumber, state]));
    return serialNumbers.map((serialNumber) => {
      const state = bySerialNumber.get(serialNumber);
      if (!state) throw new Error(`${serialNumber} was recorded, and is gone`);
      return state;
    });
  }

  /** The same of those among them that are recorded. */
  async statesOfRecorded(serialNumbers: readonly string[]): Promise<DeviceState[]> {
    const [devices, identities] = await Promise.all([
      this.manufacturing.run<Omit<DeviceState, "identities">>(LINKS, [serialNumbers]),
      this.ownership.run<IdentityState & { serialNumber: string }>(IDENTITIES, [serialNumbers]),
    ]);
    const ofDevice = new Map<string, IdentityState[]>();
    for (const { serialNumber, ...identity } of identities) {
      ofDevice.set(serialNumber, [...(ofDevice.get(serialNumber) ?? []), identity]);
    }
    return devices.map((device) => ({
      ...device,
      identities: ofDevice.get(device.serialNumber) ?? [],
    }));
  }

  /** Whether neither database works on anything now. */
  async isQuiet(): Promise<boolean> {
    const counts = await Promise.all(
      [this.manufacturing, this.ownership].map((sql) => sql.run<{ busy: number }>(BUSY)),
    );
    return counts.every(([count]) => count?.busy === 0);
  }

  /** Links that no verdict of Manufacturing has settled yet. */
  async waitingLinks(): Promise<number> {
    const [count] = await this.ownership.run<{ waiting: number }>(WAITING);
    return count?.waiting ?? 0;
  }

  /** As if leases and back-off had passed. */
  async makeLinksDue(): Promise<void> {
    await this.ownership.run(MAKE_DUE);
  }

  /** Sabotage: what the replay lives on. */
  async forgetLinks(): Promise<void> {
    await this.ownership.run(FORGET);
  }

  async close(): Promise<void> {
    await Promise.all(this.databases.map((database) => database.close()));
  }
}
