import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { isObjectType } from "graphql";
import { ROLE_SETS } from "./expected.ts";
import type { Cell } from "./matrix.ts";
import { CALLS, runMutations } from "./mutations.ts";
import { differences, unequalAnswers } from "./report.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
let cells: Cell[];
beforeAll(async () => {
  world = await openWorld();
  const roleSets = [...ROLE_SETS, ["service" as const]];
  const parts = [
    runMutations(world, world.system, { roleSets: ROLE_SETS, places: ["gateway"] }),
    runMutations(world, world.system, { roleSets, places: ["subgraph"] }),
  ];
  cells = (await Promise.all(parts)).flat();
}, 180_000);
afterAll(() => world?.close());

test("every mutation does what the pages promise, for every role and row", () => {
  expect(differences(cells)).toEqual([]);
});

test("no mutation is forgotten", () => {
  const { manufacturing, ownership, registry } = world.system;
  const names = [manufacturing, ownership, registry].flatMap(({ schema }) => {
    const type = schema.getMutationType();
    return isObjectType(type) ? Object.keys(type.getFields()) : [];
  });
  const asked = CALLS.filter(({ operation }) => operation !== "query");
  expect(asked.map(({ name }) => name).sort()).toEqual(names.sort());
});

test("a mutation says the same of another tenant's row and of one that is not there", () => {
  expect(unequalAnswers(cells, "FOREIGN", "NOTHING")).toEqual([]);
});
