import type { CallerRole } from "../../../shared/caller.ts";
import { chosenColumns } from "../../../shared/export/export-column.ts";
import type { ExportSource } from "../../../shared/export/export-rows.store.ts";
import { installationColumns } from "./component-columns.ts";

const SQL: Readonly<Record<string, string>> = {
  device: "pd.serial_number",
  connhexId: "pd.connhex_id",
  parentSupplier: "pc.supplier",
  parentPartNumber: "pc.part_number",
  parentSerialNumber: "pc.serial_number",
  parentSupplierLot: "pc.supplier_lot",
  childDevice: "cd.serial_number",
  supplier: "cc.supplier",
  partNumber: "cc.part_number",
  serialNumber: "cc.serial_number",
  supplierLot: "cc.supplier_lot",
  // Nowhere in particular is written as nothing.
  position: "nullif(i.position, '')",
  quantity: "i.quantity",
  measure: "i.measure",
  installedAt: "i.installed_at",
  removedAt: "r.removed_at",
  removalReason: "r.reason",
  recordedAt: "i.recorded_at",
  removalRecordedAt: "r.recorded_at",
  source: "i.source",
  actor: "i.actor",
  removalActor: "r.actor",
};

/** Every installation of a tenant, those that have ended too, in the order of their recording. */
export function allInstallations(
  tenant: string,
  roles: readonly CallerRole[],
  asked: readonly string[] | null,
): ExportSource {
  const columns = chosenColumns(installationColumns(roles), asked).map(({ name, type }) => {
    const sql = SQL[name];
    if (sql === undefined) throw new Error(`${name} has no column`);
    return { name, type, sql };
  });
  return {
    columns,
    from: `FROM installation i
      LEFT JOIN removal r ON r.tenant = $1 AND r.installation_id = i.installation_id
      LEFT JOIN device pd ON pd.tenant = $1 AND pd.device_id = i.parent_id
      LEFT JOIN component pc ON pc.tenant = $1 AND pc.component_id = i.parent_id
      LEFT JOIN device cd ON cd.tenant = $1 AND cd.device_id = i.child_id
      LEFT JOIN component cc ON cc.tenant = $1 AND cc.component_id = i.child_id
      WHERE i.tenant = $1`,
    orderBy: "i.installation_id",
    parameters: [tenant],
    device: { connhexId: "pd.connhex_id", serialNumber: "pd.serial_number" },
    isKept: true,
  };
}
