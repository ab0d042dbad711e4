import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Factory, openFactory } from "./factory.ts";

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
  await factory.define({ name: "colour", type: "TEXT" });
  const effective = (day: string, more: object) => ({
    effectiveAt: `2026-01-${day}T00:00:00Z`,
    ...more,
  });
  await factory.record({
    serialNumber: "SN-1",
    ...effective("05", { lotCode: "A", site: "Lyon" }),
  });
  await factory.record({
    serialNumber: "SN-1",
    ...effective("20", { attributes: { colour: "red" } }),
  });
  await factory.record({
    serialNumber: "SN-1",
    ...effective("10", { phase: "TESTING", line: "7" }),
  });
  await factory.correct("SN-1", 3, effective("08", { lotCode: "B" }));
  for (let index = 0; index < 20; index++) {
    await factory.correct("SN-1", index + 4, effective("25", { workOrder: `WO-${index}` }));
  }
});
afterAll(() => factory.close());

const STATE = "id revision lotCode site phase disposition attributes serialNumber workOrder";

async function device(selection: string, variables = {}) {
  const types = selection.includes("$at") ? "($at: DateTime!, $knownAt: DateTime)" : "";
  const document = `query ${types} { device(serialNumber: "SN-1") { revision ${selection} } }`;
  const { data, errors } = await factory.ask("compliance", document, variables);
  expect(errors).toEqual([]);
  return data.device;
}

test("law 3: asOf answers what was true at a time, late arrivals in their place", async () => {
  const on = async (day: string) =>
    (
      await device(`asOf(at: $at, knownAt: $knownAt) { ${STATE} }`, {
        at: `2026-01-${day}T12:00:00Z`,
      })
    ).asOf;
  expect(await on("04")).toBeNull();
  expect(await on("05")).toMatchObject({ revision: 1, lotCode: "A", phase: null, attributes: {} });
  expect(await on("08")).toMatchObject({ revision: 4, lotCode: "B", phase: null, attributes: {} });
  expect(await on("10")).toMatchObject({
    revision: 4,
    lotCode: "B",
    phase: "TESTING",
    attributes: {},
  });
  expect(await on("21")).toMatchObject({
    revision: 4,
    attributes: { colour: "red" },
    workOrder: null,
  });
  expect(await on("26")).toMatchObject({
    revision: 24,
    workOrder: "WO-19",
    disposition: "RELEASED",
  });
});

test("law 3: asOf answers as it was known at a time", async () => {
  const { history } = await device("history { nodes { revision recordedAt } }");
  const knownAt = history.nodes[2].recordedAt;
  const at = "2026-01-08T12:00:00Z";
  const then = await device(`asOf(at: $at, knownAt: $knownAt) { ${STATE} }`, { at, knownAt });
  expect(then.asOf).toMatchObject({ revision: 1, lotCode: "A" });
  const before = await device("asOf(at: $at, knownAt: $knownAt) { id }", {
    at,
    knownAt: "2001-01-01T00:00:00Z",
  });
  expect(before.asOf).toBeNull();
});

test("asOf now is the device as it is", async () => {
  const selection = "lotCode site phase disposition attributes workOrder";
  const { asOf, revision, ...present } = await device(
    `${selection} asOf(at: "2999-01-01T00:00:00+02:00") { revision ${selection} }`,
  );
  expect(asOf).toEqual({ revision, ...present });
});

test("the id of every answer finds the same answer again", async () => {
  const { history, ...answers } = await device(
    `history(first: 3) { nodes { ${STATE} } } ${["05", "08", "10", "21"]
      .map((day) => `on${day}: asOf(at: "2026-01-${day}T12:00:00Z") { ${STATE} }`)
      .join(" ")}`,
  );
  const { revision: _, ...composed } = answers;
  const states = [...history.nodes, ...Object.values(composed)];
  const document = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on DeviceRevision { ${STATE} } } }`;
  const r = states.map(({ id }) => ({ __typename: "DeviceRevision", id }));
  const { data, errors } = await factory.ask("compliance", document, { r });
  expect(errors).toEqual([]);
  expect(data._entities).toEqual(states);
});

test("history pages forward and backward, oldest first", async () => {
  const LIST =
    "nodes { revision } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount";
  const numbers = ({ nodes }: { nodes: { revision: number }[] }) =>
    nodes.map(({ revision }) => revision);
  const { first, last } = await device(
    `first: history(first: 5) { ${LIST} } last: history(last: 5) { ${LIST} }`,
  );
  expect(numbers(first)).toEqual([1, 2, 3, 4, 5]);
  expect(numbers(last)).toEqual([20, 21, 22, 23, 24]);
  expect(first).toMatchObject({
    totalCount: 24,
    pageInfo: { hasNextPage: true, hasPreviousPage: false },
  });
  expect(last).toMatchObject({
    totalCount: 24,
    pageInfo: { hasNextPage: false, hasPreviousPage: true },
  });
  const { next, before, between } = await device(`
    next: history(first: 50, after: "${first.pageInfo.endCursor}") { ${LIST} }
    before: history(last: 2, before: "${last.pageInfo.startCursor}") { ${LIST} }
    between: history(after: "${first.pageInfo.endCursor}", before: "${last.pageInfo.startCursor}") { ${LIST} }`);
  expect(numbers(next)).toEqual(Array.from({ length: 19 }, (_, index) => index + 6));
  expect(next.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  expect(numbers(before)).toEqual([18, 19]);
  expect(before.pageInfo.hasPreviousPage).toBe(true);
  expect(numbers(between)).toEqual(Array.from({ length: 14 }, (_, index) => index + 6));
});
