import fc from "fast-check";
import type { Sql } from "../../shared/postgres/database.ts";
import type { Membership } from "../../subgraphs/manufacturing/production-group/production-group.ts";

export const TENANT = "acme";

/** A small genealogy, loops and all. Items, moments and installations are plain numbers. */
export interface Graph {
  items: readonly {
    /** null: a device. */
    component: {
      partNumber: string;
      serialNumber: string | null;
      supplier: string;
      supplierLot: string | null;
    } | null;
    recordedAt: number;
  }[];
  installations: readonly Installed[];
}

export interface Installed {
  parent: number;
  child: number;
  installedAt: number;
  recordedAt: number;
  /** null: it is installed. */
  removal: { removedAt: number; recordedAt: number } | null;
}

const component = fc.record({
  partNumber: fc.constantFrom("P0", "P1", "P2"),
  supplier: fc.constantFrom("MAKER0", "MAKER1"),
  number: fc.nat(2),
  kind: fc.constantFrom("piece", "lot", "piece of a lot"),
});

/** Up to twelve items with up to thirty installations: dense enough for loops and many levels. */
export const anyGraph: fc.Arbitrary<Graph> = fc
  .array(fc.option(component, { freq: 2 }), { minLength: 2, maxLength: 12 })
  .chain((given) =>
    fc
      .array(
        fc.record({
          parent: fc.nat(given.length - 1),
          child: fc.nat(given.length - 1),
          installedAt: fc.nat(20),
          recordedAfter: fc.nat(5),
          removal: fc.option(fc.record({ after: fc.nat(5), recordedAfter: fc.nat(5) })),
        }),
        { maxLength: 30 },
      )
      .map((installations) => graphOf(given, installations)),
  );

type Given = {
  partNumber: string;
  supplier: string;
  number: number;
  kind: string;
} | null;

function graphOf(
  given: readonly Given[],
  told: readonly {
    parent: number;
    child: number;
    installedAt: number;
    recordedAfter: number;
    removal: { after: number; recordedAfter: number } | null;
  }[],
): Graph {
  const taken = new Set<string>();
  const items = given.map((one) => {
    if (one === null) return { component: null, recordedAt: 0 };
    const { partNumber, supplier, number, kind } = one;
    const serialNumber = kind === "lot" ? null : `S${number}`;
    const supplierLot = kind === "piece" ? null : `L${number}`;
    const name = JSON.stringify([supplier, partNumber, serialNumber ?? [supplierLot]]);
    // What is named like another one is a device: names are unique.
    if (taken.has(name)) return { component: null, recordedAt: 0 };
    taken.add(name);
    return { component: { partNumber, serialNumber, supplier, supplierLot }, recordedAt: 0 };
  });
  const installations = told
    .filter(({ parent, child }) => parent !== child)
    .map(({ parent, child, installedAt, recordedAfter, removal }) => ({
      ...{ parent, child, installedAt, recordedAt: installedAt + recordedAfter },
      removal: removal && {
        removedAt: installedAt + removal.after,
        recordedAt: installedAt + recordedAfter + removal.recordedAfter,
      },
    }));
  return { items, installations };
}

export function momentOf(number: number): string {
  return new Date(Date.UTC(2026, 0, 1) + number * 86_400_000).toISOString();
}

/** The id that an item gets whose graph begins at an id. */
export function itemIdOf(item: number, first: number): number {
  return first + item;
}

/** Which installations count. */
export interface Counting {
  membership: Membership;
  knownAt?: number | null;
  at?: number | null;
}

export function counts(
  { installedAt, recordedAt, removal }: Installed,
  { membership, knownAt = null, at = null }: Counting,
): boolean {
  if (knownAt !== null && recordedAt > knownAt) return false;
  if (membership === "EVER") return true;
  const known = removal && (knownAt === null || removal.recordedAt <= knownAt) ? removal : null;
  if (at === null) return known === null;
  return installedAt <= at && (known === null || known.removedAt > at);
}

/** Everything within an item, on any level, by nothing but looking through all installations. */
export function contained(graph: Graph, item: number, counting: Counting): Set<number> {
  const within = new Set<number>();
  const look = (parent: number) => {
    for (const one of graph.installations) {
      if (one.parent !== parent || !counts(one, counting) || within.has(one.child)) continue;
      within.add(one.child);
      look(one.child);
    }
  };
  look(item);
  return within;
}

/** Writes a graph as the application may: by INSERT alone. Every text of it gets the suffix. */
export async function writeGraph(
  sql: Sql,
  { items, installations }: Graph,
  { first, suffix }: { first: number; suffix: string },
): Promise<void> {
  const devices = items.flatMap((one, item) => (one.component ? [] : [{ item, ...one }]));
  for (const { item, recordedAt } of devices) {
    const values = [TENANT, itemIdOf(item, first), `D${item}${suffix}`, momentOf(recordedAt)];
    await sql.run(
      `INSERT INTO device (tenant, device_id, serial_number, disposition, revision, recorded_at)
       VALUES ($1, $2, $3, 'RELEASED', 1, $4)`,
      values,
    );
    await sql.run(
      `INSERT INTO device_revision (tenant, device_id, revision, recorded_at, effective_at, actor,
         changed, serial_number, disposition)
       VALUES ($1, $2, 1, $4, $4, 'x', '{}', $3, 'RELEASED')`,
      values,
    );
    await sql.run(
      `INSERT INTO device_identifier (tenant, kind, value, device_id)
       VALUES ($1, 'serialNumber', $3, $2)`,
      values.slice(0, 3),
    );
  }
  const own = (value: string | null) => value && `${value}${suffix}`;
  for (const [item, { component: given, recordedAt }] of items.entries()) {
    if (given === null) continue;
    await sql.run(
      `INSERT INTO component (tenant, component_id, supplier, part_number, serial_number,
         supplier_lot, recorded_at, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, 'x')`,
      [
        ...[TENANT, itemIdOf(item, first), own(given.supplier), own(given.partNumber)],
        ...[own(given.serialNumber), own(given.supplierLot), momentOf(recordedAt)],
      ],
    );
  }
  for (const [index, one] of installations.entries()) {
    await sql.run(
      `INSERT INTO installation (tenant, installation_id, parent_id, child_id, ordinal, quantity,
         installed_at, recorded_at, actor) VALUES ($1, $2, $3, $4, $5, 1, $6, $7, 'x')`,
      [
        ...[TENANT, first + index, itemIdOf(one.parent, first), itemIdOf(one.child, first)],
        ...[index + 1, momentOf(one.installedAt), momentOf(one.recordedAt)],
      ],
    );
    if (one.removal === null) continue;
    await sql.run(
      `INSERT INTO removal (tenant, installation_id, removed_at, recorded_at, actor, reason)
       VALUES ($1, $2, $3, $4, 'x', 'x')`,
      [TENANT, first + index, momentOf(one.removal.removedAt), momentOf(one.removal.recordedAt)],
    );
  }
}
