import type { Revision } from "../../subgraphs/manufacturing/device/device-revision.ts";
import type {
  GivenComponent,
  GivenCriteria,
  GivenField,
  GivenGroup,
  GivenSerialNumber,
} from "../../subgraphs/manufacturing/recall-scope/given-criteria.ts";
import type { Recorded, RecordedComponent, RecordedDevice } from "./record.ts";

/**
 * What criteria mean, written down a second time and in the plainest way: it goes through every
 * revision of every device. Nothing of it comes from the code that it is held against.
 */
export class BruteForce {
  constructor(private readonly recorded: Recorded) {}

  /** The devices that meet the criteria as known at a time, in the order of their ids. */
  affected(given: GivenCriteria, knownAt: string | null): RecordedDevice[] {
    const asked = new Asked(this.recorded, knownAt);
    const meets = asked.predicate(given);
    return this.recorded.devices.filter((device) => {
      const known = asked.known(device);
      return known.length > 0 && meets(device, known);
    });
  }

  /** Whether one device meets the criteria. */
  isAffected(given: GivenCriteria, device: RecordedDevice, knownAt: string | null): boolean {
    const asked = new Asked(this.recorded, knownAt);
    return asked.predicate(given)(device, asked.known(device));
  }

  /** The last state of a device that was known then. */
  stateOf(device: RecordedDevice, knownAt: string | null): Revision | undefined {
    return new Asked(this.recorded, knownAt).known(device).at(-1);
  }

  /** How many of the devices have which value, as known then. */
  breakdown(
    devices: readonly RecordedDevice[],
    by: string,
    knownAt: string | null,
  ): Map<string | null, number> {
    const counts = new Map<string | null, number>();
    for (const device of devices) {
      const state = this.stateOf(device, knownAt);
      const value = by === "provisioned" ? String(state?.connhexId != null) : valueIn(state, by);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return counts;
  }
}

type Meets = (device: RecordedDevice, known: readonly Revision[]) => boolean;

class Asked {
  constructor(
    private readonly recorded: Recorded,
    private readonly knownAt: string | null,
  ) {}

  known({ revisions }: RecordedDevice): readonly Revision[] {
    if (this.knownAt === null) return revisions;
    return revisions.filter(({ recordedAt }) => this.isKnown(recordedAt));
  }

  predicate(given: GivenCriteria): Meets {
    const { allOf, anyOf, noneOf, group, siblingsOf, field, serialNumber, component } = given;
    const all = (list: readonly GivenCriteria[]) => list.map((one) => this.predicate(one));
    if (allOf) return every(all(allOf));
    if (anyOf) return some(all(anyOf));
    if (noneOf) return not(some(all(noneOf)));
    if (group) return byGroup(group);
    if (field) return byField(field);
    if (serialNumber) return bySerialNumber(serialNumber);
    if (component) return this.byComponent(component);
    if (siblingsOf) return this.bySiblings(siblingsOf);
    throw new Error("nothing is asked");
  }

  private bySiblings({
    serialNumber,
    by,
    membership,
  }: NonNullable<GivenCriteria["siblingsOf"]>): Meets {
    const device = this.recorded.devices.find((one) => one.serialNumber === serialNumber);
    const known = device ? this.known(device) : [];
    const states = membership === "EVER" ? known : known.slice(-1);
    const groups = by.flatMap((field) => {
      const values = new Set(states.flatMap((state) => valueIn(state, field) ?? []));
      return values.size > 0
        ? [byGroup({ field, values: [...values], membership: membership ?? "CURRENT" })]
        : [];
    });
    const kept = membership ?? "CURRENT";
    const parts = device ? this.partsOf(device, kept === "EVER") : [];
    const shared = parts.flatMap((part) => {
      const { supplier, partNumber, serialNumber: piece, supplierLot } = part;
      const ofLot = by.includes("supplierLot") && supplierLot !== null;
      const ofPiece = by.includes("component") && piece !== null;
      return [
        ...(ofLot ? [this.byComponent({ supplier, supplierLot, membership: kept })] : []),
        ...(ofPiece
          ? [this.byComponent({ supplier, partNumber, serialNumber: piece, membership: kept })]
          : []),
      ];
    });
    return some([...groups, ...shared]);
  }

  /** Everything that is, or was, in a device on any level. */
  private partsOf({ deviceId }: RecordedDevice, isEver: boolean): RecordedComponent[] {
    const children = new Map<number, number[]>();
    for (const [child, parents] of this.parentsOf(isEver)) {
      for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), child]);
    }
    const found = reachedFrom([deviceId], children);
    return this.recorded.components.filter(({ id }) => found.has(id));
  }

  /** Climbs from the components that are meant to everything that contains them. */
  private byComponent({ membership, ...what }: GivenComponent): Meets {
    const isMeant = (component: object) =>
      Object.entries(what).every(
        ([member, value]) =>
          value == null || (component as Record<string, unknown>)[member] === value,
      );
    const parents = this.parentsOf(membership === "EVER");
    const meant = this.recorded.components.filter(isMeant).map(({ id }) => id);
    const reached = reachedFrom(meant, parents);
    return ({ deviceId }) => reached.has(deviceId);
  }

  private parentsOf(isEver: boolean): Map<number, number[]> {
    const parents = new Map<number, number[]>();
    for (const { parent, child, recordedAt, removalRecordedAt } of this.recorded.installations) {
      const isRemoved = removalRecordedAt !== null && this.isKnown(removalRecordedAt);
      if (!this.isKnown(recordedAt) || (isRemoved && !isEver)) continue;
      parents.set(child, [...(parents.get(child) ?? []), parent]);
    }
    return parents;
  }

  private isKnown(moment: string): boolean {
    return this.knownAt === null || moment <= this.knownAt;
  }
}

function reachedFrom(items: number[], next: ReadonlyMap<number, number[]>): Set<number> {
  const reached = new Set<number>();
  const due = [...items];
  for (let item = due.pop(); item !== undefined; item = due.pop()) {
    if (reached.has(item)) continue;
    reached.add(item);
    due.push(...(next.get(item) ?? []));
  }
  return reached;
}

function byGroup({ field, values, membership, at }: GivenGroup): Meets {
  const meant = new Set(values);
  const isMeant = (revision: Revision | undefined) => {
    const value = valueIn(revision, field);
    return value !== null && meant.has(value);
  };
  if (membership === "EVER") return (_, known) => known.some(isMeant);
  if (at == null) return (_, known) => isMeant(known.at(-1));
  const changedBy = (known: readonly Revision[]) =>
    known.filter(({ effectiveAt, changed }) => effectiveAt <= at && changed.includes(field));
  return (_, known) => isMeant(changedBy(known).at(-1));
}

function byField({ name, in: listed, from, to }: GivenField): Meets {
  if (listed) return byGroup({ field: name, values: listed });
  const compare = ORDERS[nameOf(name)] ?? byText;
  const upper = name === "producedAt" && to?.length === 10 ? `${to}T23:59:59.999999Z` : to;
  const lower = name === "producedAt" && from?.length === 10 ? `${from}T00:00:00.000000Z` : from;
  return (_, known) => {
    const value = valueIn(known.at(-1), name);
    if (value === null) return false;
    return (
      (lower == null || compare(value, lower) >= 0) && (upper == null || compare(value, upper) <= 0)
    );
  };
}

/** The demo's serial numbers have letters, then digits of one width. */
function bySerialNumber({ in: listed, from, to }: GivenSerialNumber): Meets {
  if (listed) return ({ serialNumber }) => listed.includes(serialNumber);
  const shape = (text: string) => text.replace(/[0-9]/g, "0");
  const isSame = (text: string) => shape(text) === shape(from ?? "");
  return ({ serialNumber }) =>
    isSame(serialNumber) && serialNumber >= (from ?? "") && serialNumber <= (to ?? "");
}

const ORDERS: Readonly<Record<string, (one: string, other: string) => number>> = {
  fwVersion: byNumbers,
  refrigerantGrams: (one, other) => Number(one) - Number(other),
  calibrationOffset: (one, other) => Number(one) - Number(other),
};

function byText(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function byNumbers(one: string, other: string): number {
  const [first, second] = [one.split(".").map(Number), other.split(".").map(Number)];
  for (const place of [0, 1, 2]) {
    const difference = (first[place] ?? 0) - (second[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function nameOf(field: string): string {
  return field.startsWith("attributes.") ? field.slice("attributes.".length) : field;
}

/** The value of a built-in or custom field as text; null where none is known. */
export function valueIn(revision: Revision | undefined, field: string): string | null {
  if (!revision) return null;
  const name = nameOf(field);
  const values = (name in revision ? revision : revision.attributes) as Record<string, unknown>;
  const value = values[name];
  return value == null ? null : String(value);
}

function every(all: readonly Meets[]): Meets {
  return (device, known) => all.every((meets) => meets(device, known));
}

function some(all: readonly Meets[]): Meets {
  return (device, known) => all.some((meets) => meets(device, known));
}

function not(meets: Meets): Meets {
  return (device, known) => !meets(device, known);
}
