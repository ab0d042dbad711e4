/** A device or component, as the gateway answers it. */
export interface Item {
  device: { serialNumber: string; partNumber?: string | null } | null;
  component: {
    supplier: string;
    partNumber: string;
    serialNumber: string | null;
    supplierLot: string | null;
  } | null;
}

/** The fields of an item that its name is made of. */
export const ITEM_FIELDS =
  "device { serialNumber partNumber } component { supplier partNumber serialNumber supplierLot }";

/** Supplier, part number, serial number and lot, as the columns of a table. */
export const ITEM_COLUMNS = ["item", "supplier", "part number", "serial number", "supplier lot"];

export function itemCells({ device, component }: Item): string[] {
  if (device) return ["device", "–", device.partNumber ?? "–", device.serialNumber, "–"];
  if (!component) return ["?", "?", "?", "?", "?"];
  const { supplier, partNumber, serialNumber, supplierLot } = component;
  return ["component", supplier, partNumber, serialNumber ?? "–", supplierLot ?? "–"];
}
