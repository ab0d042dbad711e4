import { fileError } from "../cli-error.ts";

/** The aspects that are read. */
export const SERIAL_PART = "SerialPartTypization";
export const BATCH = "Batch";
export const CHILDREN = "AssemblyPartRelationship";

/** A digital twin of a Catena-X test data container: its aspects by name. */
export interface Twin {
  line: number;
  catenaXId: string;
  /** Values by full name, `urn:bamm:io.catenax.batch:1.0.0#Batch`. */
  aspects: ReadonlyMap<string, readonly unknown[]>;
}

/** What a part or batch says of itself. */
export interface Typization {
  serialNumber: string | null;
  manufacturerId: string | null;
  partNumber: string | null;
  /** Where the type names another number than the part itself does. */
  otherPartNumber: string | null;
  name: string | null;
  date: string | null;
  country: string | null;
}

/** A child that a part is built of. */
export interface ChildPart {
  childId: string;
  lifecycle: string;
  /** null where nothing is said of it. */
  quantity: number | null;
  measure: string | null;
  /** When it was put in, or else when this was first told. */
  since: string | null;
}

const CONTAINER = /^https:\/\/catenax\.io\/schema\/TestDataContainer\//;
const INSTANCE_KEYS = ["partInstanceId", "batchId"];

/** Reads the members of the container's list. A member that is no twin breaks the file. */
export function readTwins(
  container: string | null,
  members: readonly { line: number; value: unknown }[],
): Twin[] {
  if (container === null || !CONTAINER.test(container)) {
    const expected = '{"https://catenax.io/schema/TestDataContainer/1.0.0": […]}';
    throw fileError("WRONG_FORMAT", `this is no Catena-X test data container: ${expected}`);
  }
  const twins = members.map(({ line, value }) => readTwin(line, value));
  if (twins.length === 0) throw fileError("NO_ROWS", "the container has no twins");
  return twins;
}

function readTwin(line: number, value: unknown): Twin {
  const members = objectOf(value);
  const catenaXId = textOf(members.catenaXId);
  if (catenaXId === null) throw fileError("WRONG_FORMAT", "a twin without a catenaXId", line);
  const aspects = new Map<string, readonly unknown[]>();
  for (const [name, values] of Object.entries(members)) {
    if (name !== "catenaXId") aspects.set(name, Array.isArray(values) ? values : [values]);
  }
  return { line, catenaXId, aspects };
}

/** The values of an aspect, by what stands after the `#` of its name, whatever its version. */
export function aspectOf(twin: Twin, name: string): readonly unknown[] | null {
  for (const [full, values] of twin.aspects) {
    if (full.endsWith(`#${name}`)) return values;
  }
  return null;
}

/** `batch:1.0.0#Batch`: an aspect's name without what all of them have in common. */
export function shortAspectName(name: string): string {
  return name.replace(/^urn:[a-z]+:io\.catenax\./, "");
}

export function readTypization(value: unknown): Typization {
  const { localIdentifiers, manufacturingInformation, partTypeInformation } = objectOf(value);
  const type = objectOf(partTypeInformation);
  const made = objectOf(manufacturingInformation);
  const identifiers = identifiersOf(localIdentifiers);
  const ofPart = identifiers.get("manufacturerPartId") ?? null;
  const ofType = textOf(type.manufacturerPartId);
  const instanceKey = INSTANCE_KEYS.find((key) => identifiers.has(key));
  return {
    serialNumber: identifiers.get(instanceKey ?? "") ?? null,
    manufacturerId: identifiers.get("manufacturerId") ?? null,
    partNumber: ofPart ?? ofType,
    otherPartNumber: ofPart !== null && ofType !== ofPart ? ofType : null,
    name: textOf(type.nameAtManufacturer),
    date: textOf(made.date),
    country: textOf(made.country),
  };
}

/** The children of a part. Some relationships have none. */
export function readChildParts(values: readonly unknown[]): ChildPart[] {
  return values
    .flatMap((value) => {
      const { childParts } = objectOf(value);
      return Array.isArray(childParts) ? childParts : [];
    })
    .map((child: unknown) => {
      const { childCatenaXId, lifecycleContext, assembledOn, createdOn, ...more } = objectOf(child);
      const { quantityNumber, measurementUnit } = objectOf(more.quantity);
      return {
        childId: textOf(childCatenaXId) ?? "",
        lifecycle: textOf(lifecycleContext) ?? "",
        // The file writes some of its numbers as text.
        quantity: quantityNumber == null ? null : Number(quantityNumber),
        measure: textOf(measurementUnit) ?? textOf(objectOf(measurementUnit).lexicalValue),
        since: textOf(assembledOn) ?? textOf(createdOn),
      };
    });
}

function identifiersOf(value: unknown): ReadonlyMap<string, string> {
  const identifiers = new Map<string, string>();
  for (const member of Array.isArray(value) ? value : []) {
    const { key, value: text } = objectOf(member);
    if (typeof key === "string" && typeof text === "string") identifiers.set(key, text);
  }
  return identifiers;
}

function objectOf(value: unknown): Record<string, unknown> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
