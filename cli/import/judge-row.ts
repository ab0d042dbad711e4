import type { ColumnTarget, CoreField, ProvisionPart } from "./columns.ts";
import type { TimeZone } from "./mapping/time-zone.ts";
import { WITHHELD } from "./report.ts";
import type { FileRow, Refusal } from "./row.ts";
import {
  excerpt,
  isEmpty,
  type Read,
  readAttribute,
  readBoolean,
  readCoreField,
  readText,
} from "./values.ts";

/** A device as recordDevices takes it. */
export type DeviceRecord = Partial<Record<CoreField, string>> & {
  serialNumber: string;
  attributes?: Record<string, string | number | boolean>;
};

/** A device as provisionDevices takes it. */
export interface Provision {
  serialNumber: string;
  connhexId?: string;
  initKey?: string;
  name?: string;
  model?: string;
  isProtected?: boolean;
}

/** What a row of a file says, found fit to be sent. */
export interface DeviceRow {
  record: DeviceRecord;
  /** null where the row does not ask for a cloud identity. */
  provision: Provision | null;
}

/** What a row is read with. */
export interface RowContext {
  targets: ReadonlyMap<string, ColumnTarget>;
  /** The tenant that rows must name where they name one; null where it is not known here. */
  tenant: string | null;
  /** Of times without an offset; null where they are refused. */
  timeZone: TimeZone | null;
}

type Cells = {
  core: Partial<Record<CoreField, string>>;
  attributes: Record<string, string | number | boolean>;
  provision: Partial<Record<Exclude<ProvisionPart, "isProtected">, string>> & {
    isProtected?: boolean;
  };
};

const LONGEST_PROVISION_TEXT = 256;

/** Reads a row of any format into what the gateway takes, or says why it is refused. */
export function judgeRow(row: FileRow, context: RowContext): DeviceRow | Refusal {
  if (row.defect) return row.defect;
  const cells: Cells = { core: {}, attributes: {}, provision: {} };
  for (const [column, target] of context.targets) {
    const cell = row.cells.get(column);
    if (isEmpty(cell)) continue;
    const refusal = readCell(cells, { column, target, cell, context });
    if (refusal) return refusal;
  }
  return joinHalves(cells);
}

function readCell(
  cells: Cells,
  read: { column: string; target: ColumnTarget; cell: unknown; context: RowContext },
): Refusal | null {
  const { column, target, cell, context } = read;
  switch (target.kind) {
    case "core":
      return keep(column, readCoreField(target.field, cell, context.timeZone), (value) => {
        cells.core[target.field] = value;
      });
    case "attribute":
      return keep(column, readAttribute(target.definition, cell), (value) => {
        cells.attributes[target.definition.name] = value;
      });
    case "provision":
      return readProvision(cells.provision, column, { part: target.part, cell });
    case "tenant":
      return judgeTenant(column, cell, context.tenant);
    case "ignored":
      return null;
  }
}

function keep<Value>(
  column: string,
  read: Read<Value>,
  set: (value: Value) => void,
): Refusal | null {
  if ("reason" in read) return { code: "INVALID_VALUE", field: column, reason: read.reason };
  set(read.value);
  return null;
}

function readProvision(
  provision: Cells["provision"],
  column: string,
  { part, cell }: { part: ProvisionPart; cell: unknown },
): Refusal | null {
  if (part === "isProtected") {
    return keep(column, readBoolean(cell), (value) => {
      provision.isProtected = value;
    });
  }
  const read = part === "initKey" ? readInitKey(cell) : readText(cell, LONGEST_PROVISION_TEXT);
  return keep(column, read, (value) => {
    provision[part] = value;
  });
}

/** An init key is a secret: no reason may repeat it. */
function readInitKey(cell: unknown): Read<string> {
  if (cell === WITHHELD) {
    return { reason: "the report left the init key out: put it back from the original file" };
  }
  const read = readText(cell, LONGEST_PROVISION_TEXT);
  return "reason" in read ? { reason: "must be plain text without white space around it" } : read;
}

/** The row's tenant, or one of its tenants, must be the one in which the import acts. */
function judgeTenant(column: string, cell: unknown, tenant: string | null): Refusal | null {
  const named = tenantsOf(cell);
  if (tenant !== null && named.includes(tenant)) return null;
  const acting =
    tenant === null ? "the token does not say which tenant is acting" : `not ${tenant}`;
  const reason = `the row is of ${named.map(excerpt).join(", ")}, ${acting}`;
  return { code: "WRONG_TENANT", field: column, reason };
}

/** `a`, `["a","b"]`, `a;b` and `a,b`. */
function tenantsOf(cell: unknown): string[] {
  if (Array.isArray(cell)) return cell.map(String);
  const words = String(cell)
    .replace(/[[\]"']/g, " ")
    .split(/[\s,;|]+/);
  return words.filter((word) => word !== "");
}

/** Connhex joins the two halves of a row where `init_id` is the serial number. So do we, or refuse. */
function joinHalves(cells: Cells): DeviceRow | Refusal {
  const { serialNumber: recorded, ...core } = cells.core;
  const { initId, initKey, name, model, connhexId, isProtected } = cells.provision;
  if (recorded !== undefined && initId !== undefined && recorded !== initId) {
    const reason = `init_id ${excerpt(initId)} is not the serial number ${excerpt(recorded)}`;
    return { code: "INVALID_VALUE", field: "provision.init_id", reason };
  }
  const serialNumber = recorded ?? initId;
  if (serialNumber === undefined) {
    const reason = "the row has no serial number";
    return { code: "FIELD_REQUIRED", field: "serialNumber", reason };
  }
  const attributes = Object.keys(cells.attributes).length > 0 ? cells.attributes : null;
  const asksForIdentity = [initId, initKey, name, model, connhexId, isProtected].some(
    (part) => part !== undefined && part !== false,
  );
  const provision = {
    serialNumber,
    ...definedOnly({ connhexId, initKey, name, model, isProtected }),
  };
  return {
    record: { ...core, serialNumber, ...(attributes && { attributes }) },
    provision: asksForIdentity ? provision : null,
  };
}

function definedOnly<Shape extends object>(shape: Shape): Partial<Shape> {
  const given = Object.entries(shape).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<Shape>;
}
