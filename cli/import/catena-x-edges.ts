import { parseTimestamp } from "../../shared/time.ts";
import type { ChildPart } from "./catena-x-twin.ts";
import type { Installation, ItemName } from "./installation-row.ts";
import { Tally } from "./tally.ts";

/** An edge of the file: what is within what. */
export interface Edge {
  /** catenaXId of the twin that tells it. */
  parentId: string;
  line: number;
  child: ChildPart;
}

/** An installation that the file asks for, and the line of the twin that tells it first. */
export interface ToldInstallation {
  line: number;
  installation: Installation;
}

/** What a twin is in the record, or why it is nothing there. */
export type ItemOrObstacle = { item: ItemName } | { obstacle: string };

/** Edges of the file by what became of them. Every edge is counted once. */
export class EdgeCount {
  installations = 0;
  /** The same parent and child as an edge before, told by another twin of one of both. */
  toldAgain = 0;
  readonly notUsed = new Tally();

  get total(): number {
    return this.installations + this.toldAgain + this.notUsed.total;
  }

  toJSON(): object {
    const { total, installations, toldAgain, notUsed } = this;
    return { total, installations, toldAgain, notUsed };
  }
}

/** Makes an installation of each edge that tells something new. */
export function installationsOf(
  edges: readonly Edge[],
  items: ReadonlyMap<string, ItemOrObstacle>,
  count: EdgeCount,
): ToldInstallation[] {
  const told = new Map<string, ToldInstallation>();
  for (const { parentId, line, child } of edges) {
    const parent = items.get(parentId) ?? { obstacle: "the parent is neither part nor batch" };
    const within = items.get(child.childId) ?? {
      obstacle: "the child is not in this file, or is neither part nor batch",
    };
    const obstacle = obstacleOf(parent, within, child);
    if (obstacle !== null || "obstacle" in parent || "obstacle" in within) {
      count.notUsed.add(obstacle ?? "");
      continue;
    }
    const installation = { parent: parent.item, child: within.item, ...amountOf(child) };
    const key = JSON.stringify([parent.item, within.item]);
    const before = told.get(key)?.installation;
    if (!before) {
      told.set(key, { line, installation });
      count.installations += 1;
    } else if (
      before.quantity === installation.quantity &&
      before.measure === installation.measure
    ) {
      count.toldAgain += 1;
    } else {
      count.notUsed.add("told before with another quantity");
    }
  }
  return [...told.values()];
}

function obstacleOf(
  parent: ItemOrObstacle,
  child: ItemOrObstacle,
  { lifecycle, quantity }: ChildPart,
): string | null {
  if (lifecycle !== "" && lifecycle !== "AsBuilt") return `lifecycle ${lifecycle}, not AsBuilt`;
  if ("obstacle" in parent) return parent.obstacle;
  if ("obstacle" in child) return child.obstacle;
  if (quantity !== null && !(quantity > 0)) return "the quantity is none";
  if (JSON.stringify(parent.item) === JSON.stringify(child.item)) return "a part within itself";
  return null;
}

/** `unit:kilogram` is kilogram; of pieces nothing is said. */
function amountOf({ quantity, measure, since }: ChildPart): Partial<Installation> {
  const word = measure?.replace(/^unit:/, "") ?? null;
  const installedAt =
    since === null ? null : (parseTimestamp(since) ?? parseTimestamp(`${since}Z`));
  return {
    ...(quantity !== null && { quantity }),
    ...(word !== null && word !== "piece" && { measure: word }),
    ...(installedAt !== null && { installedAt }),
  };
}
