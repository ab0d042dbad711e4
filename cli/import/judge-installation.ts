import type { ComponentColumn } from "./component-columns.ts";
import type { Installation, ItemName } from "./installation-row.ts";
import type { FileRow, Refusal } from "./row.ts";
import { excerpt, isEmpty, readTime } from "./values.ts";

type Cells = Partial<Record<ComponentColumn, string>>;

/** Reads a row into what the gateway takes, or says why it is refused. The gateway judges texts. */
export function judgeInstallation(
  row: FileRow,
  columns: ReadonlyMap<string, ComponentColumn>,
): Installation | Refusal {
  if (row.defect) return row.defect;
  const cells: Cells = {};
  for (const [name, column] of columns) {
    const cell = row.cells.get(name);
    if (isEmpty(cell)) continue;
    const isAmount = column === "quantity" && typeof cell === "number";
    if (typeof cell !== "string" && !isAmount) {
      return { code: "INVALID_VALUE", field: name, reason: `must be text, not ${typeof cell}` };
    }
    cells[column] = String(cell);
  }
  const parent = itemOf("parent", cells.parent, {
    supplier: cells.parentSupplier,
    partNumber: cells.parentPartNumber,
    serialNumber: cells.parentSerialNumber,
    supplierLot: cells.parentSupplierLot,
  });
  if ("code" in parent) return parent;
  const { supplier, partNumber, serialNumber, supplierLot } = cells;
  const child = itemOf("child", cells.child, {
    ...{ supplier, partNumber, serialNumber, supplierLot },
  });
  if ("code" in child) return child;
  const how = placementOf(cells);
  return "code" in how ? how : { parent, child, ...how };
}

function itemOf(
  field: "parent" | "child",
  device: string | undefined,
  named: Partial<
    Record<"supplier" | "partNumber" | "serialNumber" | "supplierLot", string | undefined>
  >,
): ItemName | Refusal {
  const { supplier, partNumber, serialNumber, supplierLot } = named;
  const isComponent = Object.values(named).some((value) => value !== undefined);
  if (device !== undefined && isComponent) {
    const reason = `the ${field} is named as a device and as a component`;
    return { code: "INVALID_VALUE", field, reason };
  }
  if (device !== undefined) return { device };
  if (supplier === undefined || partNumber === undefined) {
    const reason = isComponent
      ? `a component as ${field} has a supplier and a part number`
      : `the row names no ${field}`;
    return { code: "FIELD_REQUIRED", field, reason };
  }
  return {
    component: {
      supplier,
      partNumber,
      ...(serialNumber !== undefined && { serialNumber }),
      ...(supplierLot !== undefined && { supplierLot }),
    },
  };
}

function placementOf({
  position,
  measure,
  source,
  ...cells
}: Cells): Partial<Installation> | Refusal {
  const quantity = cells.quantity === undefined ? undefined : Number(cells.quantity);
  if (quantity !== undefined && !Number.isFinite(quantity)) {
    const reason = `must be a number like 2 or 0.25, not ${excerpt(cells.quantity ?? "")}`;
    return { code: "INVALID_VALUE", field: "quantity", reason };
  }
  const time = cells.installedAt === undefined ? undefined : readTime(cells.installedAt);
  if (time && "reason" in time) {
    return { code: "INVALID_VALUE", field: "installedAt", reason: time.reason };
  }
  return {
    ...(position !== undefined && { position }),
    ...(quantity !== undefined && { quantity }),
    ...(measure !== undefined && { measure }),
    ...(time && { installedAt: time.value }),
    ...(source !== undefined && { source }),
  };
}
