import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { globalId } from "../../shared/global-id.ts";
import { type Factory, openFactory } from "../manufacturing/factory.ts";
import { entriesOf, install, NAMES } from "./parts.ts";
import {
  anyGraph,
  type Counting,
  counts,
  type Graph,
  itemIdOf,
  momentOf,
  TENANT,
  writeGraph,
} from "./random-graph.ts";

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
});
afterAll(() => factory.close());

const TRACE = `nodes { level item { ${NAMES} } path { id } } totalCount isComplete
  loops { path { id } } pageInfo { endCursor hasNextPage }`;

async function traced(document: string) {
  const { data, errors } = await factory.ask("support", document);
  expect(errors).toEqual([]);
  return data;
}

describe("a trace", () => {
  beforeAll(async () => {
    await factory.record({ serialNumber: "G-1" }, { serialNumber: "G-2" }, { serialNumber: "G-3" });
    await install(factory, [
      ["G-1", "PCB/1"],
      ["G-2", "PCB/2"],
      ["PCB/1", "MODEM/1#LOT"],
      ["PCB/2", "MODEM/2#LOT"],
      ["PCB/2", "REEL@R-7", { position: "C1", quantity: 3 }],
      ["PCB/2", "REEL@R-7", { position: "C2", quantity: 4 }],
      ["G-3", "G-2"],
    ]);
  });

  test("goes up from all components of a supplier lot, level by level", async () => {
    const { whereUsed } = await traced(
      `{ whereUsed(supplier: "ACME PARTS", supplierLot: "LOT") { ${TRACE} } }`,
    );
    expect(entriesOf(whereUsed)).toEqual(["1 PCB/1", "1 PCB/2", "2 G-1", "2 G-2", "3 G-3"]);
    expect(whereUsed).toMatchObject({ totalCount: 5, isComplete: true, loops: [] });
    expect(whereUsed.nodes[4].path).toHaveLength(3);
    const near = await traced(
      `{ whereUsed(supplierLot: "LOT", levels: 2, first: 3) { ${TRACE} } }`,
    );
    expect(entriesOf(near.whereUsed)).toEqual(["1 PCB/1", "1 PCB/2", "2 G-1"]);
    expect(near.whereUsed).toMatchObject({ totalCount: 4, isComplete: false });
    const { endCursor } = near.whereUsed.pageInfo;
    const rest = await traced(
      `{ whereUsed(supplierLot: "LOT", levels: 2, after: "${endCursor}") { ${TRACE} } }`,
    );
    expect(entriesOf(rest.whereUsed)).toEqual(["2 G-2"]);
  });

  test("goes down to every installation, of one component in two places to both", async () => {
    const { device } = await traced(
      `{ device(serialNumber: "G-3") { billOfMaterials { ${TRACE} } } }`,
    );
    expect(entriesOf(device.billOfMaterials)).toEqual([
      ...["1 G-2", "2 PCB/2", "3 MODEM/2", "3 REEL@R-7", "3 REEL@R-7"],
    ]);
    const last = device.billOfMaterials.nodes[4].path.at(-1).id;
    const found = await traced(`{ device(serialNumber: "G-3") {
      billOfMaterials(last: 1) { nodes { path { id position quantity } } } } }`);
    expect(found.device.billOfMaterials.nodes[0].path.at(-1)).toEqual({
      ...{ id: last, position: "C2", quantity: 4 },
    });
  });

  test("of what never was is refused, and so is one that is too long", async () => {
    const refused = async (asked: string) =>
      (await factory.ask("support", `{ whereUsed(${asked}) { totalCount } }`)).errors.map(
        ({ message, extensions }) => `${extensions.code}: ${message}`,
      );
    expect(await refused(`supplier: "ACME PARTS", supplierLot: "LOTT"`)).toEqual([
      'NOT_FOUND: no component ever had supplier "ACME PARTS", supplierLot "LOTT"',
    ]);
    expect(await refused(`supplierLot: "LOT", levels: 11`)).toEqual([
      "LIMIT_EXCEEDED: a trace goes 1 to 10 levels far, not 11",
    ]);
    expect(await refused(`levels: 1`)).toEqual([expect.stringContaining("BAD_USER_INPUT")]);
    expect(
      await refused(`supplierLot: "LOT", membership: EVER, at: "2026-01-01T00:00:00Z"`),
    ).toEqual([expect.stringContaining("BAD_USER_INPUT: at goes with CURRENT")]);
  });
});

test("a trace over more than it bears is refused with the figure, and not cut", async () => {
  await install(factory, [["G-1", "SCREW@S-1"]]);
  const many = (count: number) => `INSERT INTO installation
    SELECT 'acme', 50000000 + n, 60000000 + n, (SELECT component_id FROM component
      WHERE part_number = 'SCREW'), '', 1, 1, NULL, now(), now(), 'x', NULL
    FROM generate_series(1, ${count}) n ON CONFLICT DO NOTHING`;
  const asked = `{ whereUsed(partNumber: "SCREW", levels: 1) { totalCount } }`;
  await factory.database.admin(many(99_999));
  expect((await traced(asked)).whereUsed.totalCount).toBe(100_000);
  await factory.database.admin(many(100_000));
  const { codes, errors } = await factory.ask("support", asked);
  expect(codes).toEqual(["LIMIT_EXCEEDED"]);
  expect(errors[0]?.extensions.most).toBe(100_000);
});

test("a loop is told with its path, and not followed", async () => {
  await factory.record({ serialNumber: "L-1" });
  const [, second, third] = await install(factory, [
    ["L-1", "BOX/1"],
    ["BOX/1", "BOX/2"],
    ["BOX/2", "BOX/1"],
  ]);
  const { device } = await traced(
    `{ device(serialNumber: "L-1") { billOfMaterials { ${TRACE} } } }`,
  );
  expect(entriesOf(device.billOfMaterials)).toEqual(["1 BOX/1", "2 BOX/2", "3 BOX/1"]);
  expect(device.billOfMaterials.loops).toEqual([{ path: [{ id: second }, { id: third }] }]);
  expect(device.billOfMaterials.isComplete).toBe(true);
  const up = await traced(`{ whereUsed(serialNumber: "2", partNumber: "BOX") { ${TRACE} } }`);
  expect(entriesOf(up.whereUsed)).toEqual(["1 BOX/1", "2 L-1"]);
  expect(up.whereUsed.loops).toHaveLength(1);
});

const RUNS = Number(process.env.COMPONENT_GRAPHS ?? 40);
let graphs = 0;

test("traces of random graphs are those of a walk by hand: entries, levels, paths and loops", async () => {
  const sql = factory.database.open().tenant(TENANT);
  const asked = fc.record({
    item: fc.nat(11),
    direction: fc.constantFrom("whereUsed" as const, "billOfMaterials" as const),
    levels: fc.integer({ min: 1, max: 10 }),
    membership: fc.constantFrom("CURRENT" as const, "EVER" as const),
    knownAt: fc.option(fc.nat(30)),
    at: fc.option(fc.nat(30)),
  });
  await fc.assert(
    fc.asyncProperty(
      anyGraph,
      fc.array(asked, { minLength: 4, maxLength: 8 }),
      async (graph, all) => {
        const first = 1_000_000 + 1_000 * ++graphs;
        await writeGraph(sql, graph, { first, suffix: `-t${graphs}` });
        for (const { item, direction, levels, membership, knownAt, ...rest } of all) {
          const asks = item % graph.items.length;
          const at = membership === "CURRENT" ? rest.at : null;
          const type = graph.items[asks]?.component ? "Component" : "Device";
          const given = [
            `first: 1000, levels: ${levels}, membership: ${membership}`,
            knownAt === null ? "" : `knownAt: "${momentOf(knownAt)}"`,
            at === null ? "" : `at: "${momentOf(at)}"`,
          ].join(" ");
          const id = globalId(type, itemIdOf(asks, first));
          const { data, errors } = await factory.ask(
            "support",
            `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ${type} {
            ${direction}(${given}) { ${IDS} } } } }`,
            { r: [{ __typename: type, id }] },
          );
          expect(errors).toEqual([]);
          const { met, ...byHand } = walkedByHand(graph, asks, {
            ...{ direction, levels, membership, knownAt, at },
          });
          const { loops, ...answered } = asNumbers(data._entities[0][direction], first);
          expect(answered).toEqual(byHand);
          expect(loops.map((loop) => asLoop(loop, met))).toEqual(loopsByHand(met));
        }
      },
    ),
    { numRuns: RUNS },
  );
}, 120_000);

const IDS = `nodes { level item { device { id } component { id } } path { id } } totalCount
  isComplete loops { path { id } }`;

interface Answered {
  nodes: { level: number; item: Record<string, { id: string } | null>; path: { id: string }[] }[];
  totalCount: number;
  isComplete: boolean;
  loops: { path: { id: string }[] }[];
}

const numberIn = (id: string) => Number(Buffer.from(id, "base64url").toString().split(":")[1]);

function asNumbers({ nodes, totalCount, isComplete, loops }: Answered, first: number) {
  expect(nodes).toHaveLength(totalCount);
  return {
    entries: nodes.map(({ level, item, path }) => ({
      level,
      item: numberIn((item.device ?? item.component)?.id ?? "") - first,
      path: path.map(({ id }) => numberIn(id) - first),
    })),
    isComplete,
    loops: loops.map(({ path }) => path.map(({ id }) => numberIn(id) - first)),
  };
}

type Asked = Counting & { direction: "whereUsed" | "billOfMaterials"; levels: number };

/** The same by looking through all installations, an item at a time, and every loop by its edges. */
function walkedByHand(graph: Graph, start: number, { direction, levels, ...counting }: Asked) {
  const [near, far] =
    direction === "whereUsed" ? (["child", "parent"] as const) : (["parent", "child"] as const);
  const edges = graph.installations.flatMap((one, index) =>
    counts(one, counting) ? [{ index, near: one[near], far: one[far] }] : [],
  );
  const level = new Map([[start, 0]]);
  const path = new Map<number, number[]>([[start, []]]);
  for (let depth = 1; depth <= levels; depth++) {
    for (const edge of edges) {
      if (level.get(edge.near) !== depth - 1 || level.has(edge.far)) continue;
      level.set(edge.far, depth);
      path.set(edge.far, [...(path.get(edge.near) ?? []), edge.index]);
    }
  }
  const met = edges.filter(({ near: from }) => (level.get(from) ?? levels) < levels);
  const entries =
    direction === "whereUsed"
      ? [...level].flatMap(([item, depth]) =>
          depth === 0 ? [] : [{ level: depth, item, path: path.get(item) ?? [] }],
        )
      : met.map((edge) => ({
          level: (level.get(edge.near) ?? 0) + 1,
          item: edge.far,
          path: [...(path.get(edge.near) ?? []), edge.index],
        }));
  const last = (one: (typeof entries)[number]) =>
    direction === "whereUsed" ? one.item : (one.path.at(-1) ?? 0);
  entries.sort((one, other) => one.level - other.level || last(one) - last(other));
  const isComplete = edges.every(({ near: from }) => level.get(from) !== levels);
  return { entries, isComplete, met };
}

interface Edge {
  index: number;
  near: number;
  far: number;
}

/** A told loop as where it begins and how long it is, where it is one. */
function asLoop(loop: readonly number[], met: readonly Edge[]): { from: number; length: number } {
  const edges = loop.map((index) => met.find((edge) => edge.index === index));
  const isClosed = edges.every(
    (edge, place) => edge?.far === edges[(place + 1) % edges.length]?.near,
  );
  if (!isClosed) throw new Error(`${loop} is no loop`);
  return { from: edges[0]?.near ?? -1, length: loop.length };
}

/** Of each set of items that reach each other: its lowest item, and its shortest way back there. */
function loopsByHand(met: readonly Edge[]): { from: number; length: number }[] {
  const items = [...new Set(met.flatMap(({ near, far }) => [near, far]))].sort((a, b) => a - b);
  const distance = new Map<string, number>();
  const between = (from: number, to: number) =>
    distance.get(`${from} ${to}`) ?? Number.POSITIVE_INFINITY;
  for (const { near, far } of met) distance.set(`${near} ${far}`, 1);
  for (const via of items) {
    for (const from of items) {
      for (const to of items) {
        const length = between(from, via) + between(via, to);
        if (length < between(from, to)) distance.set(`${from} ${to}`, length);
      }
    }
  }
  const isTangled = (one: number, other: number) =>
    between(one, other) + between(other, one) < Number.POSITIVE_INFINITY;
  return items
    .filter((from) => isTangled(from, from))
    .filter((from) => !items.some((lower) => lower < from && isTangled(lower, from)))
    .map((from) => ({ from, length: between(from, from) }))
    .slice(0, 10);
}
