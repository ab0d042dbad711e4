import { loadBy } from "../../../shared/load-by.ts";
import { columnsOf, readInPart, selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, type Statement, statement } from "../../../shared/postgres/database.ts";
import { isPlainText } from "../../../shared/text.ts";
import { LIMITS } from "../limits.ts";
import { DeviceEntity } from "./device.entity.ts";
import type { IdentifierKind } from "./device-identifier.entity.ts";

/** A device as read: the tenant is the caller's and need not be read. */
export type DeviceRow = Omit<DeviceEntity, "tenant">;

const READ = columnsOf(DeviceEntity)
  .map(({ property }) => property as keyof DeviceEntity)
  .filter((property) => property !== "tenant");
/** Those that name a device: of a page of siblings hardly ever more is asked. */
const NAMES = ["deviceId", "serialNumber", "connhexId"] as const;

/** The columns of a device, for `FROM device d`. */
export const DEVICE_COLUMNS = selectList(DeviceEntity, { prefix: "d.", only: READ });

/** How much of each device a page reads. */
export type DeviceColumns = "NAMES" | "ALL";

export const COLUMNS_TO_READ: Readonly<Record<DeviceColumns, string>> = {
  NAMES: selectList(DeviceEntity, { prefix: "d.", only: NAMES }),
  ALL: DEVICE_COLUMNS,
};

/** The fields of Device that need no column beyond NAMES. */
export const NAMING_FIELDS: ReadonlySet<string> = new Set(["id", "serialNumber", "connhexId"]);

/** A device of which only NAMES were read. */
export const namedDevice = readInPart<DeviceRow>(READ, NAMES);

const BY_ID = statement(
  "device_by_id",
  `SELECT ${DEVICE_COLUMNS} FROM device d WHERE d.tenant = $1 AND d.device_id = ANY($2::bigint[])`,
);

function byIdentifier(kind: IdentifierKind): Statement {
  return statement(
    `device_by_${kind}`,
    `SELECT ${DEVICE_COLUMNS} FROM device d WHERE d.tenant = $1 AND d.device_id IN (
       SELECT device_id FROM device_identifier
       WHERE tenant = $1 AND kind = '${kind}' AND value = ANY($2::text[]))`,
  );
}

const BY_SERIAL_NUMBER = byIdentifier("serialNumber");
const BY_CONNHEX_ID = byIdentifier("connhexId");

/** Reads devices. Lives for one request. */
export class DeviceStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  readonly byId = loadBy(
    (ids: readonly number[]) => this.sql.rows<DeviceRow>(BY_ID, [this.tenant, ids]),
    ({ deviceId }) => deviceId,
  );

  readonly bySerialNumber = loadBy(
    (values: readonly string[]) =>
      this.identified(BY_SERIAL_NUMBER, values, LIMITS.serialNumberCharacters),
    ({ serialNumber }) => serialNumber,
  );

  readonly byConnhexId = loadBy(
    (values: readonly string[]) =>
      this.identified(BY_CONNHEX_ID, values, LIMITS.connhexIdCharacters),
    ({ connhexId }) => connhexId ?? "",
  );

  /** Forgets what was read: after a write of the same request. */
  forget(): void {
    for (const loader of [this.byId, this.bySerialNumber, this.byConnhexId]) loader.clearAll();
  }

  /** The devices of these serial numbers, as they are now: whoever writes remembers nothing. */
  async recorded(serialNumbers: readonly string[]): Promise<Map<string, DeviceRow>> {
    const most = LIMITS.serialNumberCharacters;
    const rows = await this.identified(BY_SERIAL_NUMBER, serialNumbers, most);
    return new Map(rows.map((row) => [row.serialNumber, row]));
  }

  private async identified(
    asked: Statement,
    values: readonly string[],
    mostCharacters: number,
  ): Promise<DeviceRow[]> {
    // A text that PostgreSQL could not hold names no device.
    const plain = values.filter((value) => isPlainText(value, mostCharacters));
    return plain.length === 0 ? [] : this.sql.rows<DeviceRow>(asked, [this.tenant, plain]);
  }
}
