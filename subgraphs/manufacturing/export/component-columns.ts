import type { CallerRole } from "../../../shared/caller.ts";
import type { ExportType, OfferedColumn } from "../../../shared/export/export-column.ts";
import { ACCESS } from "../access.ts";

/** A column of installations: its SQL stands in the store, by its name. */
interface InstallationColumn {
  name: string;
  type: ExportType;
  /** Whose readers may have it. */
  field: readonly [type: string, field: string];
}

const texts = (type: string, names: Readonly<Record<string, string>>): InstallationColumn[] =>
  Object.entries(names).map(([name, field]) => ({ name, type: "text", field: [type, field] }));

/**
 * What was installed in what. A parent is a device, by `device`, or a component, by the columns that
 * begin with `parent`; so is a child, by `childDevice` or the plain names.
 */
const COLUMNS: readonly InstallationColumn[] = [
  ...texts("Device", { device: "serialNumber", connhexId: "connhexId" }),
  ...texts("Component", {
    parentSupplier: "supplier",
    parentPartNumber: "partNumber",
    parentSerialNumber: "serialNumber",
    parentSupplierLot: "supplierLot",
  }),
  ...texts("Device", { childDevice: "serialNumber" }),
  ...texts("Component", {
    supplier: "supplier",
    partNumber: "partNumber",
    serialNumber: "serialNumber",
    supplierLot: "supplierLot",
  }),
  ...texts("ComponentInstallation", { position: "position" }),
  { name: "quantity", type: "number", field: ["ComponentInstallation", "quantity"] },
  ...texts("ComponentInstallation", { measure: "measure" }),
  { name: "installedAt", type: "timestamp", field: ["ComponentInstallation", "installedAt"] },
  { name: "removedAt", type: "timestamp", field: ["ComponentRemoval", "removedAt"] },
  ...texts("ComponentRemoval", { removalReason: "reason" }),
  { name: "recordedAt", type: "timestamp", field: ["ComponentInstallation", "recordedAt"] },
  { name: "removalRecordedAt", type: "timestamp", field: ["ComponentRemoval", "recordedAt"] },
  ...texts("ComponentInstallation", { source: "source", actor: "actor" }),
  ...texts("ComponentRemoval", { removalActor: "actor" }),
];

/** The columns of installations, each open to whom its field is open to. */
export function installationColumns(roles: readonly CallerRole[]): OfferedColumn[] {
  return COLUMNS.map(({ name, type, field: [owner, field] }) => ({
    name,
    type,
    isOpen: roles.some((role) => ACCESS[owner]?.[field]?.includes(role) ?? false),
    isUsual: true,
  }));
}
