import type { Revision } from "../device/device-revision.ts";
import type { ComponentClause, SiblingsClause, ValuesClause } from "./criteria.ts";
import type { CriterionField } from "./criterion-field.ts";
import { type ContainedComponent, valueIn } from "./evaluate.ts";

/** What is known of the device whose siblings are asked for. */
export interface Origin {
  /** Rising. */
  revisions: readonly Revision[];
  contained: readonly ContainedComponent[];
}

/** What a device can share with others, by what was asked: each origin once. */
export function originsOf(
  clause: SiblingsClause,
  { revisions, contained }: Origin,
  fields: readonly CriterionField[],
): (ValuesClause | ComponentClause)[] {
  const { path, by, membership } = clause;
  const states = membership === "EVER" ? revisions : revisions.slice(-1);
  const groups = fields.flatMap((field): ValuesClause[] => {
    const found = states.flatMap((state) => valueIn(state, field) ?? []);
    const values = [...new Set(found)].sort();
    return values.length === 0
      ? []
      : [{ kind: "values", path, field, values, membership, at: null }];
  });
  const components = contained
    .filter(({ isInstalled }) => isInstalled || membership === "EVER")
    .flatMap((component) => originsIn(component, by))
    .map((origin) => ({ ...NOTHING, ...origin, kind: "component" as const, path, membership }));
  const distinct = new Map(components.map((one) => [JSON.stringify(one), one]));
  return [...groups, ...distinct.values()];
}

const NOTHING = { partNumber: null, serialNumber: null, supplier: null, supplierLot: null };

/** A lot is one supplier's; a serial number is unique among the parts of one number and supplier. */
function originsIn(
  component: ContainedComponent,
  by: readonly string[],
): Partial<ContainedComponent>[] {
  const { partNumber, serialNumber, supplier, supplierLot } = component;
  const origins: Partial<ContainedComponent>[] = [];
  if (by.includes("component") && serialNumber !== null) {
    origins.push({ partNumber, serialNumber, supplier });
  }
  if (by.includes("supplierLot") && supplierLot !== null) origins.push({ supplier, supplierLot });
  return origins;
}
