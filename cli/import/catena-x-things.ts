import type { Twin, Typization } from "./catena-x-twin.ts";

/** A serial part: one thing, of which the file may hold several twins. */
export interface Part {
  twin: Twin;
  typization: Typization;
  /** Other twins with the same maker, part number and serial number: of the same thing. */
  others: Twin[];
}

/**
 * Puts together the twins of one thing: those that name the same maker, part number and serial
 * number. Twins that lack one of these are told apart. In the order of the file.
 */
export function readParts(twins: readonly { twin: Twin; typization: Typization }[]): Part[] {
  const parts: Part[] = [];
  const known = new Map<string, Part>();
  for (const { twin, typization } of twins) {
    const { manufacturerId, partNumber, serialNumber } = typization;
    const names = [manufacturerId, partNumber, serialNumber];
    const key = names.includes(null) ? null : JSON.stringify(names);
    const same = key === null ? undefined : known.get(key);
    if (same) {
      same.others.push(twin);
      continue;
    }
    const part: Part = { twin, typization, others: [] };
    if (key !== null) known.set(key, part);
    parts.push(part);
  }
  return parts;
}

/** All twins of a part. */
export function twinsOf({ twin, others }: Part): Twin[] {
  return [twin, ...others];
}
