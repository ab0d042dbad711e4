import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { callerOf, type Variables } from "../manufacturing/factory.ts";
import { ever, field, lot, openSmallFactory, owners, type SmallFactory } from "./small-factory.ts";

let small: SmallFactory;
beforeAll(async () => {
  small = await openSmallFactory();
});
afterAll(() => small.factory.close());

describe("a breakdown", () => {
  const everything = { anyOf: [lot("L-1", "L-2", "L-3"), { serialNumber: { in: ["SN-005"] } }] };
  test.each<[string, [string | null, number][]]>([
    [
      "lotCode",
      [
        ["L-2", 2],
        ["L-1", 1],
        ["L-3", 1],
        [null, 1],
      ],
    ],
    ["phase", [["TESTING", 5]]],
    [
      "reel",
      [
        [null, 3],
        ["R-1", 1],
        ["R-2", 1],
      ],
    ],
    [
      "provisioned",
      [
        ["false", 3],
        ["true", 2],
      ],
    ],
    [
      "ownerCountry",
      [
        [null, 4],
        ["IT", 1],
      ],
    ],
  ])("by %s counts every device once", async (by, expected) => {
    const { data } = await small.ask(everything, { by });
    const shares = data.recallScope.breakdown as { value: string | null; count: number }[];
    expect(shares.map(({ value, count }) => [value, count])).toEqual(expected);
    const total = shares.reduce((sum, { count }) => sum + count, 0);
    expect(total).toBe(data.recallScope.count);
  });

  test("is that of the time that is asked about", async () => {
    const { data } = await small.ask(everything, { by: "lotCode", knownAt: small.early });
    expect(data.recallScope.breakdown[0]).toEqual({ value: "L-1", count: 2 });
  });

  test("by ownerCountry alone is missing where Ownership cannot be asked", async () => {
    owners.isThere = false;
    const { data, errors } = await small.ask(everything, { by: "ownerCountry" });
    owners.isThere = true;
    expect(data.recallScope).toMatchObject({ count: 5, breakdown: null });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions).toMatchObject({ code: "SUBGRAPH_UNAVAILABLE", retryable: true });
  });

  test.each(["serialNumber", "grams", "producedAt", "lotcode"])("by %s is refused", async (by) => {
    const { data, codes } = await small.ask(everything, { by });
    expect(codes).toEqual(["BAD_USER_INPUT"]);
    expect(data.recallScope.count).toBe(5);
  });
});

const EXPLAIN = `query ($criteria: RecallCriteria!, $serialNumber: String!) {
  recallScope(criteria: $criteria) { count explain(serialNumber: $serialNumber) {
    affected clause { path sentence } revision { revision actor reason changed }
    installation { child { component { serialNumber } } } } } }`;

describe("an explanation", () => {
  const explain = async (criteria: unknown, serialNumber: string) =>
    small.factory.ask("support", EXPLAIN, { criteria, serialNumber });

  test("names the clause and the revision", async () => {
    const out = await explain({ allOf: [ever("lotCode", "L-1"), lot("L-1")] }, "SN-001");
    expect(out.data.recallScope.explain).toMatchObject({
      affected: false,
      clause: { path: "allOf[1].group", sentence: 'lotCode is "L-1"' },
      revision: { revision: 2, reason: "found wrong at inspection", changed: ["lotCode"] },
      installation: null,
    });
  });

  test("names the installation", async () => {
    const { data } = await explain({ component: { serialNumber: "M-1" } }, "SN-003");
    expect(data.recallScope.explain).toMatchObject({
      affected: true,
      revision: null,
      installation: { child: { component: { serialNumber: "M-1" } } },
    });
  });

  test("is refused for a device that is not there, and the scope stands", async () => {
    const { data, codes } = await explain(lot("L-1"), "SN-009");
    expect(codes).toEqual(["NOT_FOUND"]);
    expect(data.recallScope).toEqual({ count: 1, explain: null });
  });
});

test("two scopes are compared device by device", async () => {
  const { data } = await small.factory.ask(
    "engineering",
    `query ($a: RecallCriteria!, $b: RecallCriteria!) { compareRecallScopes(a: $a, b: $b) {
      onlyInA { ...Part } inBoth { ...Part } onlyInB { ...Part } } }
     fragment Part on RecallScope { count sentence devices { nodes { serialNumber } }
       breakdown(by: "lotCode") { value count } }`,
    { a: ever("lotCode", "L-1"), b: field("fwVersion", { from: "1.10" }) },
  );
  const { onlyInA, inBoth, onlyInB } = data.compareRecallScopes;
  expect(onlyInA).toMatchObject({ count: 1, devices: { nodes: [{ serialNumber: "SN-001" }] } });
  expect(inBoth.devices.nodes).toEqual([{ serialNumber: "SN-002" }]);
  expect(onlyInB.breakdown).toEqual([{ value: "L-2", count: 1 }]);
  expect(onlyInA.sentence).toBe(
    'Devices of which lotCode was ever "L-1" and not (fwVersion is at least 1.10).',
  );
});

test("a cursor is of its own question", async () => {
  const PAGE = `query ($criteria: RecallCriteria!, $after: String, $knownAt: DateTime) {
    recallScope(criteria: $criteria, knownAt: $knownAt) { devices(first: 1, after: $after) {
      nodes { serialNumber } pageInfo { endCursor hasNextPage } } } }`;
  const page = async (more: Variables) => small.factory.ask("support", PAGE, more);
  const first = await page({ criteria: lot("L-2") });
  const { endCursor: after, hasNextPage } = first.data.recallScope.devices.pageInfo;
  expect(hasNextPage).toBe(true);
  const second = await page({ criteria: lot("L-2"), after });
  expect(second.data.recallScope.devices.nodes).toEqual([{ serialNumber: "SN-004" }]);
  expect((await page({ criteria: lot("L-1"), after })).codes).toEqual(["INVALID_CURSOR"]);
  const known = await page({ criteria: lot("L-2"), after, knownAt: small.early });
  expect(known.codes).toEqual(["INVALID_CURSOR"]);
});

describe("recall scopes are read by those whom recalls concern", () => {
  test.each([
    "recall_manager",
    "engineering",
    "compliance",
    "admin",
    "support",
    "analyst",
  ] as const)("%s", async (role) => {
    const { data } = await small.ask(lot("L-1"), { by: "ownerCountry" }, role);
    expect(data.recallScope).toMatchObject({ count: 1, breakdown: [{ value: null, count: 1 }] });
  });

  test.each(["line", "partner", "owner", "regulator"] as const)("not %s", async (role) => {
    expect((await small.ask(lot("L-1"), {}, role)).codes).toEqual(["FORBIDDEN"]);
  });

  test("an analyst finds no people out", async () => {
    const byOperator = field("operator", { in: ["op-7"] });
    expect((await small.ask(byOperator, {}, "analyst")).codes).toEqual(["FORBIDDEN"]);
    expect((await small.ask(field("operator", { in: ["op"] }), {}, "analyst")).codes).toEqual([
      "FORBIDDEN",
    ]);
    expect((await small.ask(lot("L-1"), { by: "operator" }, "analyst")).codes).toEqual([
      "FORBIDDEN",
    ]);
    expect((await small.ask(byOperator)).data.recallScope.count).toBe(5);
  });

  test("another tenant's values do not exist", async () => {
    const other = callerOf("recall_manager", { tenant: "other" });
    const { errors } = await small.ask(lot("L-1"), {}, other);
    expect(errors[0]?.extensions).toMatchObject({ code: "UNKNOWN_VALUE" });
    expect(errors[0]?.extensions).not.toHaveProperty("near");
  });
});
