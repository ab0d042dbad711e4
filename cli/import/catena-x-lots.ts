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
 * is exact: all parts that contain it, also those that contain others too. What cannot be kept so
 * is counted with its reason; the installation tells it in any case.
 */
export function lotFactsOf(
  children: readonly ChildPart[],
  known: ReadonlyMap<string, BatchOrObstacle>,
  notGrouped: Tally,
): LotFacts {
  const batches: Record<string, string> = {};
  const below = children.filter(
    ({ childId, lifecycle }) => known.has(childId) && isBuilt(lifecycle),
  );
  for (const { childId } of below) {
    const batch = known.get(childId);
    const obstacle = batch ? obstacleOf(batch, batches) : null;
    if (obstacle !== null) notGrouped.add(obstacle);
    else if (batch && !("obstacle" in batch)) batches[batch.fieldName] = batch.identifier;
  }
  // A batch that could not be kept still means that the others are not the only one.
  const [only] = Object.values(batches);
  const isOnly = new Set(below.map(({ childId }) => childId)).size === 1;
  return { lotCode: isOnly && only !== undefined ? only : null, batches };
}

function isBuilt(lifecycle: string): boolean {
  return lifecycle === "" || lifecycle === "AsBuilt";
}

function obstacleOf(
  batch: BatchOrObstacle,
  batches: Readonly<Record<string, string>>,
): string | null {
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
