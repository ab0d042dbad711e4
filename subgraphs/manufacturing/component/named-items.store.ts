import { DomainError } from "../../../shared/domain-error.ts";
import { numberOfGlobalId } from "../../../shared/global-id.ts";
import { excerpt } from "../../../shared/text.ts";
import type { ComponentStore } from "./component.store.ts";
import { assertLotIsKnown, keyOfName } from "./component.ts";
import type { ComponentWriter, NewComponent } from "./component-writer.store.ts";
import type { NamedItem } from "./installation.ts";

type ItemType = "Device" | "Component";

/** What items are, by what they were named with; components that nobody knows get an id here. */
export class NamedItems {
  private devices: ReadonlyMap<string, number> = new Map();
  private types: ReadonlyMap<number, ItemType> = new Map();
  private readonly known = new Map<string, { componentId: number; supplierLot: string | null }>();
  private readonly fresh = new Map<number, NewComponent>();

  constructor(private readonly nextId: () => number) {}

  async look(items: readonly NamedItem[], writer: ComponentWriter, components: ComponentStore) {
    const named = items.flatMap((item) => (item.kind === "component" ? [item.facts.name] : []));
    const [devices, types, found] = [
      await writer.devicesNamed(
        items.flatMap((item) => (item.kind === "device" ? [item.serialNumber] : [])),
      ),
      await writer.typesOf(
        items.flatMap((item) => (item.kind === "id" ? [numberIn(item.id)] : [])),
      ),
      await components.byName.loadMany(named),
    ];
    this.devices = devices;
    this.types = types;
    found.forEach((component, place) => {
      if (component instanceof Error) throw component;
      const name = named[place];
      if (component && name) this.known.set(keyOfName(name), component);
    });
  }

  /** The item's id. Throws where there is no such item, or where it is known to be another. */
  idOf(item: NamedItem, source: string | null): number {
    switch (item.kind) {
      case "device":
        return this.deviceOf(item.serialNumber, item.field);
      case "id":
        return this.itemOf(item.id, item.field);
      case "component":
        return this.componentOf(item, source);
    }
  }

  /** Those of these ids that are to be recorded before anything is installed in or as them. */
  newAmong(ids: Iterable<number>): NewComponent[] {
    return [...new Set(ids)].flatMap((id) => this.fresh.get(id) ?? []);
  }

  isNew(id: number): boolean {
    return this.fresh.has(id);
  }

  private deviceOf(serialNumber: string, field: string): number {
    const id = this.devices.get(serialNumber);
    if (id !== undefined) return id;
    throw new DomainError("DEVICE_NOT_RECORDED", `${excerpt(serialNumber)} is not recorded`, {
      field: `${field}.device`,
    });
  }

  private itemOf(id: string, field: string): number {
    const number = numberIn(id);
    const type = this.types.get(number);
    if (type && numberOfGlobalId(type, id) === number) return number;
    throw new DomainError("NOT_FOUND", "there is no device and no component with this id", {
      field: `${field}.id`,
    });
  }

  private componentOf(
    { facts, field }: NamedItem & { kind: "component" },
    source: string | null,
  ): number {
    const key = keyOfName(facts.name);
    const known = this.known.get(key);
    if (known) {
      assertLotIsKnown(facts, known, field);
      return known.componentId;
    }
    const componentId = this.nextId();
    this.known.set(key, { componentId, supplierLot: facts.supplierLot });
    this.fresh.set(componentId, { componentId, facts, source });
    return componentId;
  }
}

/** The number in an id of an item; 0, which is nobody's, where it is none. */
function numberIn(id: string): number {
  return numberOfGlobalId("Device", id) ?? numberOfGlobalId("Component", id) ?? 0;
}
