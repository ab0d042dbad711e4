import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Sql } from "../../shared/postgres/database.ts";
import {
  type ComponentCriterion,
  devicesContaining,
} from "../../subgraphs/manufacturing/component/component-sets.store.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";
import {
  anyGraph,
  contained,
  type Graph,
  itemIdOf,
  momentOf,
  TENANT,
  writeGraph,
} from "./random-graph.ts";

let database: FreshDatabase;
let sql: Sql;
beforeAll(async () => {
  database = await freshDatabase("manufacturing");
  sql = database.open().tenant(TENANT);
});
afterAll(() => database.drop());

const RUNS = Number(process.env.COMPONENT_GRAPHS ?? 60);
let graphs = 0;

const criterion = fc
  .record({
    partNumber: fc.option(fc.constantFrom("P0", "P1", "P2")),
    serialNumber: fc.option(fc.constantFrom("S0", "S1", "S2")),
    supplier: fc.option(fc.constantFrom("MAKER0", "MAKER1")),
    supplierLot: fc.option(fc.constantFrom("L0", "L1", "L2")),
    membership: fc.constantFrom("CURRENT" as const, "EVER" as const),
  })
  .filter(({ membership: _, ...given }) => Object.values(given).some((value) => value !== null));

test("the devices that contain a component are those of a walk over all installations", async () => {
  const asked = fc.record({ criterion, knownAt: fc.option(fc.nat(30)) });
  await fc.assert(
    fc.asyncProperty(
      anyGraph,
      fc.array(asked, { minLength: 5, maxLength: 10 }),
      async (graph, all) => {
        const first = 1_000 * ++graphs;
        await writeGraph(sql, graph, { first, suffix: `-${graphs}` });
        for (const { criterion: given, knownAt } of all) {
          const named = withSuffix(given, `-${graphs}`);
          const { text, parameters } = devicesContaining(named, {
            knownAt: knownAt === null ? null : momentOf(knownAt),
            firstParameter: 2,
          });
          const rows = await sql.run<{ device_id: number }>(text, [TENANT, ...parameters]);
          const found = rows.map(({ device_id: id }) => id).sort((a, b) => a - b);
          expect(found).toEqual(
            expected(graph, { given, knownAt }).map((item) => itemIdOf(item, first)),
          );
        }
      },
    ),
    { numRuns: RUNS },
  );
}, 120_000);

test("a criterion that gives nothing would be every device, and is a fault", () => {
  const nothing = { partNumber: null, serialNumber: null, supplier: null, supplierLot: null };
  const asking = () =>
    devicesContaining({ ...nothing, membership: "CURRENT" }, { knownAt: null, firstParameter: 2 });
  expect(asking).toThrow("asks for nothing");
});

/** Every graph's texts are its own, so that one database serves all. */
function withSuffix(given: ComponentCriterion, suffix: string): ComponentCriterion {
  const own = (value: string | null) => value && `${value}${suffix}`;
  const { partNumber, serialNumber, supplier, supplierLot, membership } = given;
  return {
    partNumber: own(partNumber),
    serialNumber: own(serialNumber),
    supplier: own(supplier),
    supplierLot: own(supplierLot),
    membership,
  };
}

function expected(
  graph: Graph,
  { given, knownAt }: { given: ComponentCriterion; knownAt: number | null },
): number[] {
  const { membership, ...values } = given;
  const meets = (item: number) => {
    const { component } = graph.items[item] ?? {};
    return (
      component != null &&
      Object.entries(values).every(
        ([field, value]) => value === null || component[field as keyof typeof component] === value,
      )
    );
  };
  return graph.items.flatMap(({ component, recordedAt }, item) => {
    const isDevice = component === null && (knownAt === null || recordedAt <= knownAt);
    if (!isDevice) return [];
    return [...contained(graph, item, { membership, knownAt })].some(meets) ? [item] : [];
  });
}
