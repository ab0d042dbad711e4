import { timestampOf } from "../../demo/clock.ts";
import type { Random } from "../../demo/random.ts";
import type { GivenCriteria } from "../../subgraphs/manufacturing/recall-scope/given-criteria.ts";
import { valueIn } from "./brute-force.ts";
import type { Recorded, RecordedDevice } from "./record.ts";

const GROUPS = [
  ...["lotCode", "lotCode", "lotCode", "workOrder", "productionOrder", "palletId", "palletId"],
  ...["packageId", "boardVendor", "capacitorBatch", "capacitorBatch", "solderBatch"],
];
const LISTED = [
  ...["partNumber", "pcbPartNumber", "hardwareRevision", "fwVersion", "deviceType", "phase"],
  ...["disposition", "disposition", "site", "line", "operator", "boardVendor", "leakTested"],
  ...["attributes.refrigerantGrams", "calibrationOffset", "calibratedOn", "lotCode"],
];
const ORDERED = [
  ...["fwVersion", "fwVersion", "hardwareRevision", "producedAt", "producedAt"],
  ...["refrigerantGrams", "attributes.calibrationOffset", "calibratedOn"],
];
export const BREAKDOWNS = [
  ...["lotCode", "partNumber", "fwVersion", "hardwareRevision", "phase", "disposition", "palletId"],
  ...["workOrder", "site", "boardVendor", "capacitorBatch", "provisioned", "operator"],
];

/** Makes criteria of what is in the record, so that most of them are met by some devices. */
export class RandomCriteria {
  constructor(
    private readonly recorded: Recorded,
    private readonly random: Random,
    private readonly period: { from: number; to: number },
  ) {}

  /** Criteria of up to three levels; most have one to four clauses. */
  criteria(levels = 3): GivenCriteria {
    const { random } = this;
    if (levels === 1 || random.chance(0.35)) return this.clause();
    const parts = Array.from({ length: random.between(1, 3) }, () => this.criteria(levels - 1));
    const shape = random.below(10);
    if (shape < 4) return { allOf: parts };
    if (shape < 7) return { anyOf: parts };
    if (shape < 8) return { noneOf: parts };
    return { allOf: [this.clause(), { noneOf: parts }] };
  }

  knownAt(): string | null {
    return this.random.chance(0.5) ? null : this.moment();
  }

  private clause(): GivenCriteria {
    const kind = this.random.below(22);
    if (kind < 8) return this.group();
    if (kind < 11) return this.siblings();
    if (kind < 14) return this.listed();
    if (kind < 17) return this.range();
    if (kind < 18) return this.serialNumbers();
    return this.component();
  }

  private group(): GivenCriteria {
    const { random } = this;
    const field = random.pick(GROUPS);
    const membership = random.chance(0.4) ? "EVER" : "CURRENT";
    const at = membership === "CURRENT" && random.chance(0.3) ? this.moment() : undefined;
    const values = this.values(field, random.between(1, 4));
    return { group: { field, values, membership, ...(at && { at }) } };
  }

  private siblings(): GivenCriteria {
    const { random } = this;
    const origins = [...GROUPS, "supplierLot", "supplierLot", "component"];
    const by = Array.from({ length: random.between(1, 2) }, () => random.pick(origins));
    const membership = random.chance(0.5) ? "EVER" : "CURRENT";
    return { siblingsOf: { serialNumber: this.device().serialNumber, by, membership } };
  }

  private listed(): GivenCriteria {
    const name = this.random.pick(LISTED);
    return { field: { name, in: this.values(name, this.random.between(1, 3)) } };
  }

  private range(): GivenCriteria {
    const { random } = this;
    const name = random.pick(ORDERED);
    if (name === "producedAt" && random.chance(0.5)) {
      const days = [this.moment(), this.moment()].map((moment) => moment.slice(0, 10)).sort();
      return { field: { name, from: days[0] ?? null, to: days[1] ?? null } };
    }
    const bounds = [this.value(name), this.value(name)];
    const side = random.below(4);
    if (side === 0) return { field: { name, from: bounds[0] ?? null } };
    if (side === 1) return { field: { name, to: bounds[0] ?? null } };
    return { field: { name, from: bounds[0] ?? null, to: bounds[1] ?? null } };
  }

  private serialNumbers(): GivenCriteria {
    const { random } = this;
    const one = this.device().serialNumber;
    if (random.chance(0.5)) {
      const others = Array.from({ length: random.between(0, 30) }, () => this.device());
      return { serialNumber: { in: [one, ...others.map(({ serialNumber }) => serialNumber)] } };
    }
    const other = `${one.slice(0, 3)}${this.device().serialNumber.slice(3)}`;
    const [from, to] = [one, other].sort();
    return { serialNumber: { from: from ?? null, to: to ?? null } };
  }

  private component(): GivenCriteria {
    const { random } = this;
    const { partNumber, serialNumber, supplier, supplierLot } = random.pick(
      this.recorded.components,
    );
    const membership = random.chance(0.5) ? "EVER" : "CURRENT";
    const wide = supplierLot ? { supplierLot } : { partNumber };
    const narrow = serialNumber ? { serialNumber, partNumber } : { partNumber, supplier };
    const given = random.pick([wide, narrow, { ...wide, supplier }, { partNumber }]);
    return { component: { ...given, membership } };
  }

  /** Values that devices have, or once had. */
  private values(field: string, count: number): string[] {
    return [...new Set(Array.from({ length: count }, () => this.value(field)))];
  }

  private value(field: string): string {
    for (;;) {
      const { revisions } = this.device();
      const value = valueIn(this.random.pick(revisions), field);
      if (value !== null) return value;
    }
  }

  device(): RecordedDevice {
    return this.random.pick(this.recorded.devices);
  }

  private moment(): string {
    const { from, to } = this.period;
    return timestampOf(from + Math.floor((to - from) * this.random.share()));
  }
}
