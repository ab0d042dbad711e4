import type { ChildPart, Typization } from "./catena-x-twin.ts";
import { camelCase } from "./columns.ts";
import { Tally } from "./tally.ts";

/** Custom fields that one file may ask for by the names of its materials. */
const MOST_MATERIALS = 32;
const FIELD_NAME_CHARACTERS = 48;

/** A batch of the file: the parts that contain it are its lot. */
export interface Batch {
  identifier: string;
  /** The custom field in which a part says which batch of this material it contains. */
  fieldName: string;
}

/** A batch that parts can refer to, or why not. */
export type BatchOrObstacle = Batch | { obstacle: string };

/** What a part's batches say: at most one lot, and the batch of each material. */
export interface LotFacts {
  lotCode: string | null;
  batches: Readonly<Record<string, string>>;
}

/** Edges of the file by what became of them. Every edge is counted once. */
export class EdgeCount {
  used = 0;
  readonly notUsed = new Tally();

  get total(): number {
    return this.used + this.notUsed.total;
  }

  toJSON(): object {
    return { total: this.total, used: this.used, notUsed: this.notUsed };
  }
}

/** The batches by catenaXId. Identifiers that several batches share would mix their lots. */
export function readBatches(
  batches: readonly { catenaXId: string; typization: Typization }[],
): ReadonlyMap<string, BatchOrObstacle> {
  const times = new Tally();
  for (const { typization } of batches) times.add(typization.serialNumber ?? "");
  const fields = new Set(batches.map(({ typization }) => fieldNameOf(typization.name)));
  const borne = new Set([...fields].sort().slice(0, MOST_MATERIALS));
  return new Map(
    batches.map(({ catenaXId, typization }): [string, BatchOrObstacle] => {
      const { serialNumber: identifier, name } = typization;
      const fieldName = fieldNameOf(name);
      if (identifier === null) return [catenaXId, { obstacle: "the batch has no identifier" }];
      if (times.of(identifier) > 1) {
        return [catenaXId, { obstacle: "several batches have the same identifier" }];
      }
      if (!borne.has(fieldName)) {
        return [catenaXId, { obstacle: `more than ${MOST_MATERIALS} materials` }];
      }
      return [catenaXId, { identifier, fieldName }];
    }),
  );
}

/**
 * The lot of a part is the batch directly below it, where there is exactly one. Whether it is one or
 * several, each is kept in a groupable field named for its material, so that the group of a batch
 * is exact: all parts that contain it, also those that contain others too.
 */
export function lotFactsOf(
  children: readonly ChildPart[],
  found: { batches: ReadonlyMap<string, BatchOrObstacle>; parts: ReadonlySet<string> },
  edges: EdgeCount,
): LotFacts {
  const batches: Record<string, string> = {};
  for (const { childId, lifecycle } of children) {
    const batch = found.batches.get(childId);
    const obstacle = batch
      ? obstacleOf(batch, lifecycle, batches)
      : found.parts.has(childId)
        ? "part to part: genealogy is not recorded yet"
        : "the child is not in this file, or is neither part nor batch";
    if (obstacle !== null || !batch || "obstacle" in batch) {
      edges.notUsed.add(obstacle ?? "");
      continue;
    }
    edges.used += 1;
    batches[batch.fieldName] = batch.identifier;
  }
  // A batch that could not be kept still means that the others are not the only one.
  const below = children.filter(({ childId }) => found.batches.has(childId));
  const [only] = Object.values(batches);
  const isOnly = new Set(below.map(({ childId }) => childId)).size === 1;
  return { lotCode: isOnly && only !== undefined ? only : null, batches };
}

function obstacleOf(
  batch: BatchOrObstacle,
  lifecycle: string,
  batches: Readonly<Record<string, string>>,
): string | null {
  if (lifecycle !== "" && lifecycle !== "AsBuilt") return `lifecycle ${lifecycle}, not AsBuilt`;
  if ("obstacle" in batch) return batch.obstacle;
  const kept = batches[batch.fieldName];
  if (kept !== undefined && kept !== batch.identifier) return "another batch of the same material";
  return null;
}

/** `Cathode Material ` gives cathodeMaterialBatch. */
export function fieldNameOf(material: string | null): string {
  const word = camelCase(material ?? "").slice(0, FIELD_NAME_CHARACTERS);
  return `${/^[a-z]/.test(word) ? word : `component${word}`}Batch`;
}
