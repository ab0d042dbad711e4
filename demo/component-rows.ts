import { ComponentEntity } from "../subgraphs/manufacturing/component/component.entity.ts";
import { ComponentIdentifierEntity } from "../subgraphs/manufacturing/component/component-identifier.entity.ts";
import { InstallationEntity } from "../subgraphs/manufacturing/component/installation.entity.ts";
import { RemovalEntity } from "../subgraphs/manufacturing/component/removal.entity.ts";
import { bulkTable } from "./bulk-load.store.ts";
import {
  type DemoComponent,
  type DemoInstallation,
  INSTALLATIONS_MOST,
  OWN_COMPONENTS_MOST,
} from "./component-story.ts";
import type { Revision } from "./device-revision.ts";
import type { DemoDevice } from "./device-story.ts";
import { RowSet } from "./row-set.ts";

export const COMPONENT_TABLES = {
  component: bulkTable("component", ComponentEntity),
  component_identifier: bulkTable("component_identifier", ComponentIdentifierEntity),
  installation: bulkTable("installation", InstallationEntity),
  removal: bulkTable("removal", RemovalEntity),
};

/** Where the ids begin that were taken for a demo. */
export interface FirstIds {
  device: number;
  component: number;
  installation: number;
}

/** Turns what devices are built of into the rows that recording it by the API would have left. */
export class ComponentRows extends RowSet<keyof typeof COMPONENT_TABLES> {
  /** Ids of what goes into many devices, by its name. */
  private readonly shared = new Map<string, number>();
  /** Ids of what the device has that is being written, and no other one. */
  private readonly own = new Map<string, number>();

  constructor(
    private readonly tenant: string,
    private readonly first: FirstIds,
    private readonly devices: number,
  ) {
    super(COMPONENT_TABLES);
  }

  addDevice(device: DemoDevice, built: readonly DemoInstallation[]): void {
    this.own.clear();
    const ids = new Map(
      built.map((one, place) => [
        one,
        this.first.installation + device.index * INSTALLATIONS_MOST + place,
      ]),
    );
    for (const one of built) {
      const { position, quantity, parent, removal } = one;
      const installationId = ids.get(one);
      const told = stampOf(one.with);
      const row = {
        ...{ tenant: this.tenant, installationId, position, quantity, measure: null, ordinal: 1 },
        parentId:
          parent === null ? this.first.device + device.index : this.idOf(parent, device, one.with),
        childId: this.idOf(one.child, device, one.with),
        installedAt: one.with.effectiveAt,
      };
      this.texts.installation.add(row, told);
      if (removal === null) continue;
      this.texts.removal.add(
        {
          ...{ tenant: this.tenant, installationId, reason: removal.reason },
          replacedBy: ids.get(removal.replacedBy),
          removedAt: removal.with.effectiveAt,
        },
        stampOf(removal.with),
      );
    }
  }

  /** The component's id; what was not met before is written. */
  private idOf(component: DemoComponent, { index }: DemoDevice, revision: Revision): number {
    const { supplier, partNumber, serialNumber, supplierLot, ownPlace } = component;
    const value = serialNumber ?? supplierLot;
    const name = `${supplier} ${partNumber} ${value}`;
    const ids = ownPlace === null ? this.shared : this.own;
    const known = ids.get(name);
    if (known !== undefined) return known;
    const first = this.first.component;
    const componentId =
      ownPlace === null
        ? first + this.devices * OWN_COMPONENTS_MOST + this.shared.size
        : first + index * OWN_COMPONENTS_MOST + ownPlace;
    ids.set(name, componentId);
    const { tenant } = this;
    const kind = serialNumber === null ? "supplierLot" : "serialNumber";
    const row = { tenant, componentId, supplier, partNumber, supplierLot };
    this.texts.component.add({ ...row, pieceNumber: serialNumber }, stampOf(revision));
    this.texts.component_identifier.add({ ...row, kind, value });
    return componentId;
  }
}

function stampOf({ recordedAt, actor, source }: Revision) {
  return { recordedAt, actor, source };
}
