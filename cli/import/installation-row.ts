/** A component as installComponents takes it. */
export interface ComponentName {
  supplier: string;
  partNumber: string;
  serialNumber?: string;
  supplierLot?: string;
}

/** A device by its serial number, or a component. */
export type ItemName = { device: string } | { component: ComponentName };

/** An installation as installComponents takes it. */
export interface Installation {
  parent: ItemName;
  child: ItemName;
  position?: string;
  quantity?: number;
  measure?: string;
  installedAt?: string;
  source?: string;
}
