import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { PeerExecutor } from "../../shared/graph/subgraph-service.ts";
import { install, REMOVE } from "../components/parts.ts";
import { callerOf, type Factory, openFactory, type Variables } from "../manufacturing/factory.ts";

/** Ownership as far as it is asked here; switched off in one test. */
const owners = { isThere: true, asked: 0 };
const OWNERSHIP: PeerExecutor = async (_, __, { connhexIds }) => {
  if (!owners.isThere) throw new Error("connection refused");
  owners.asked++;
  const italian = (connhexIds as string[]).filter((id) => id === "hex-1").length;
  const rest = (connhexIds as string[]).length - italian;
  const counts = [
    { country: "IT", count: italian },
    { country: null, count: rest },
  ];
  return { data: { ownerCountries: counts.filter(({ count }) => count > 0) } };
};

const LINK = `mutation Link($input: [CloudIdentityLinkInput!]!) {
  linkCloudIdentities(input: $input) { linked }
}`;

let factory: Factory;
/** Before the corrections. */
let early: string;
beforeAll(async () => {
  factory = await openFactory(OWNERSHIP);
  await factory.define({ name: "reel", type: "TEXT", isGroupable: true });
  await factory.define({ name: "grams", type: "INTEGER" });
  const made = (number: number, more: Variables = {}) => ({
    serialNumber: `SN-${String(number).padStart(3, "0")}`,
    ...{ partNumber: "P-1", fwVersion: "1.9.2", lotCode: "L-1", phase: "TESTING" },
    ...{ producedAt: `2025-01-${String(number).padStart(2, "0")}T12:00:00Z`, operator: "op-7" },
    ...more,
  });
  await factory.record(
    made(1, { attributes: { reel: "R-1", grams: 100 } }),
    made(2, { fwVersion: "1.10.0", attributes: { reel: "R-2", grams: 20 } }),
    made(3, { lotCode: "L-2", fwVersion: "1.10.1" }),
    made(4, { lotCode: "L-2", fwVersion: "build 7", partNumber: "P-2" }),
    made(5, { lotCode: null, fwVersion: null }),
  );
  const { data } = await factory.ask(
    "support",
    `{ device(serialNumber: "SN-005") { recordedAt } }`,
  );
  early = data.device.recordedAt;
  await factory.correct("SN-001", 1, { lotCode: "L-3" });
  await factory.correct("SN-004", 1, { partNumber: "P-1" });
  for (const number of [1, 2]) {
    const input = [{ serialNumber: `SN-00${number}`, connhexId: `hex-${number}` }];
    const { errors } = await factory.ask("service", LINK, { input });
    if (errors[0]) throw errors[0];
  }
  const [, , modem] = await install(factory, [
    ["SN-001", "PCB/B-1#LOT-9"],
    ["PCB/B-1", "CHIP@C-1"],
    ["SN-002", "MODEM/M-1"],
    ["SN-003", "CHIP@C-1"],
  ]);
  await factory.ask("line", REMOVE, { installation: modem, reason: "faulty" });
  await install(factory, [["SN-003", "MODEM/M-1"]]);
});
afterAll(() => factory.close());

const SCOPE = `query Scope($criteria: RecallCriteria!, $knownAt: DateTime, $by: String! = "lotCode") {
  recallScope(criteria: $criteria, knownAt: $knownAt) {
    count sentence knownAt breakdown(by: $by) { value count }
    devices { totalCount nodes { serialNumber } }
  }
}`;

async function ask(
  criteria: unknown,
  more: Variables = {},
  role: Parameters<Factory["ask"]>[0] = "recall_manager",
) {
  return factory.ask(role, SCOPE, { criteria, ...more });
}

/** The last digits of the serial numbers of a scope. */
async function found(criteria: unknown, more: Variables = {}): Promise<string> {
  const { data, errors } = await ask(criteria, more);
  if (errors[0]) throw errors[0];
  const { count, devices } = data.recallScope;
  expect([devices.nodes.length, devices.totalCount]).toEqual([count, count]);
  return devices.nodes
    .map((device: { serialNumber: string }) => device.serialNumber.at(-1))
    .join("");
}

const lot = (...values: string[]) => ({ group: { field: "lotCode", values } });
const ever = (field: string, ...values: string[]) => ({
  group: { field, values, membership: "EVER" },
});
const field = (name: string, more: Variables) => ({ field: { name, ...more } });
const siblings = (serialNumber: string, by: string[], membership = "CURRENT") => ({
  siblingsOf: { serialNumber, by, membership },
});

test.each<[string, unknown, string]>([
  ["a lot now", lot("L-1"), "2"],
  ["a lot ever", ever("lotCode", "L-1"), "12"],
  ["lots that nobody is in any more, too", lot("L-1", "L-3"), "12"],
  ["a custom field", { group: { field: "reel", values: ["R-2"] } }, "2"],
  ["firmware as versions", field("fwVersion", { from: "1.9.2", to: "1.10" }), "12"],
  ["firmware before a release", field("fwVersion", { to: "1.10.0-rc.9" }), "1"],
  ["numbers as numbers", field("attributes.grams", { from: "3", to: "99" }), "2"],
  ["days, both included", field("producedAt", { from: "2025-01-02", to: "2025-01-03" }), "23"],
  ["a moment", field("producedAt", { to: "2025-01-02T12:00:00Z" }), "12"],
  ["serial numbers", { serialNumber: { from: "SN-002", to: "SN-004" } }, "234"],
  ["listed serial numbers", { serialNumber: { in: ["SN-005", "SN-001"] } }, "15"],
  ["a connhexId", field("connhexId", { in: ["hex-2"] }), "2"],
  ["what is not known excludes nothing", { noneOf: [lot("L-1", "L-2")] }, "15"],
  ["a value that only once was", field("partNumber", { in: ["P-2"] }), ""],
  ["all of several", { allOf: [lot("L-2"), field("phase", { in: ["TESTING"] })] }, "34"],
  ["any of several, each once", { anyOf: [lot("L-2"), ever("lotCode", "L-2", "L-3")] }, "134"],
  ["a component on any level", { component: { supplierLot: "C-1" } }, "13"],
  ["a component by its part", { component: { partNumber: "PCB", supplier: "ACME PARTS" } }, "1"],
  ["a component where it is", { component: { serialNumber: "M-1" } }, "3"],
  ["and where it ever was", { component: { serialNumber: "M-1", membership: "EVER" } }, "23"],
  ["what shares a lot with a device, which is one of them", siblings("SN-003", ["lotCode"]), "34"],
  ["ever", siblings("SN-001", ["lotCode"], "EVER"), "12"],
  ["any of several origins", siblings("SN-002", ["lotCode", "reel"]), "2"],
  ["the lot of a component's supplier", siblings("SN-001", ["supplierLot"]), "13"],
  ["a piece that was in both", siblings("SN-002", ["component"], "EVER"), "23"],
])("finds devices by %s", async (_, criteria, expected) => {
  expect(await found(criteria)).toBe(expected);
});

test("finds them as they were known", async () => {
  expect(await found(lot("L-1"), { knownAt: early })).toBe("12");
  expect(await found(lot("L-3"), { knownAt: early })).toBe("");
  expect(await found(field("partNumber", { in: ["P-2"] }), { knownAt: early })).toBe("4");
  expect(await found({ component: { supplierLot: "C-1" } }, { knownAt: early })).toBe("");
  expect(await found({ noneOf: [lot("L-1")] }, { knownAt: "2020-01-01T00:00:00Z" })).toBe("");
});

test("says in words what it asks, and as known when", async () => {
  const { data } = await ask(siblings("SN-001", ["lotCode"], "EVER"), { knownAt: early });
  expect(data.recallScope.sentence).toBe(
    `Devices of which an origin of device "SN-001" is shared: lotCode was ever "L-1", as known at ${early}.`,
  );
  expect(data.recallScope.knownAt).toBe(early);
});

describe("a value that never existed is refused by name, and never read as none affected", () => {
  test.each<[unknown, Variables]>([
    [lot("L-1", "L-9"), { path: "group", field: "lotCode", value: "L-9", near: "L-1, L-2, L-3" }],
    [lot("l-3 "), { path: "group", value: '"l-3 "' }],
    [ever("reel", "R-11"), { field: "reel", near: "R-1" }],
    [
      { anyOf: [lot("L-1"), field("partNumber", { in: ["P-1", "P-l"] })] },
      { path: "anyOf[1].field", value: "P-l", near: "P-1, P-2" },
    ],
    [field("fwVersion", { in: ["1.10"] }), { field: "fwVersion", near: "1.10.0, 1.10.1" }],
    [field("fwVersion", { from: "29.0" }), { field: "fwVersion", value: "29.0 to " }],
    [field("grams", { in: ["101"] }), { field: "grams" }],
    [field("connhexId", { in: ["hex-3"] }), { field: "connhexId", near: "hex-1, hex-2" }],
    [{ serialNumber: { in: ["SN-006"] } }, { field: "serialNumber" }],
    [{ serialNumber: { from: "SN-100", to: "SN-200" } }, { field: "serialNumber" }],
    [{ serialNumber: { from: "SN-1", to: "SN-9" } }, { field: "serialNumber" }],
    [siblings("SN-01", ["lotCode"]), { path: "siblingsOf", field: "serialNumber" }],
    [{ component: { serialNumber: "M-2" } }, { field: "component serialNumber", value: "M-2" }],
    [
      { component: { partNumber: "PCB", supplierLot: "C-1" } },
      { field: "component", value: "PCB, C-1" },
    ],
  ])("%j", async (criteria, extensions) => {
    const { data, errors } = await ask(criteria);
    expect(data).toBeNull();
    expect(errors[0]?.extensions).toMatchObject({ code: "UNKNOWN_VALUE", ...extensions });
  });

  test("also of a device that shares nothing", async () => {
    const { errors } = await ask(siblings("SN-005", ["lotCode", "reel"]));
    expect(errors[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", path: "siblingsOf" });
    expect(errors[0]?.message).toContain("of device SN-005 no lotCode, reel is known");
  });

  test("and the place says which of two criteria is meant", async () => {
    const { errors } = await factory.ask(
      "analyst",
      `query ($a: RecallCriteria!, $b: RecallCriteria!) { compareRecallScopes(a: $a, b: $b) { inBoth { count } } }`,
      { a: lot("L-1"), b: { noneOf: [lot("L-9")] } },
    );
    expect(errors[0]?.extensions.path).toBe("b.noneOf[0].group");
  });
});

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
    const { data } = await ask(everything, { by });
    const shares = data.recallScope.breakdown as { value: string | null; count: number }[];
    expect(shares.map(({ value, count }) => [value, count])).toEqual(expected);
    const total = shares.reduce((sum, { count }) => sum + count, 0);
    expect(total).toBe(data.recallScope.count);
  });

  test("is that of the time that is asked about", async () => {
    const { data } = await ask(everything, { by: "lotCode", knownAt: early });
    expect(data.recallScope.breakdown[0]).toEqual({ value: "L-1", count: 2 });
  });

  test("by ownerCountry alone is missing where Ownership cannot be asked", async () => {
    owners.isThere = false;
    const { data, errors } = await ask(everything, { by: "ownerCountry" });
    owners.isThere = true;
    expect(data.recallScope).toMatchObject({ count: 5, breakdown: null });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions).toMatchObject({ code: "SUBGRAPH_UNAVAILABLE", retryable: true });
  });

  test.each(["serialNumber", "grams", "producedAt", "lotcode"])("by %s is refused", async (by) => {
    const { data, codes } = await ask(everything, { by });
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
    factory.ask("support", EXPLAIN, { criteria, serialNumber });

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
  const { data } = await factory.ask(
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
  const page = async (more: Variables) => factory.ask("support", PAGE, more);
  const first = await page({ criteria: lot("L-2") });
  const { endCursor: after, hasNextPage } = first.data.recallScope.devices.pageInfo;
  expect(hasNextPage).toBe(true);
  const second = await page({ criteria: lot("L-2"), after });
  expect(second.data.recallScope.devices.nodes).toEqual([{ serialNumber: "SN-004" }]);
  expect((await page({ criteria: lot("L-1"), after })).codes).toEqual(["INVALID_CURSOR"]);
  const known = await page({ criteria: lot("L-2"), after, knownAt: early });
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
    const { data } = await ask(lot("L-1"), { by: "ownerCountry" }, role);
    expect(data.recallScope).toMatchObject({ count: 1, breakdown: [{ value: null, count: 1 }] });
  });

  test.each(["line", "partner", "owner", "regulator"] as const)("not %s", async (role) => {
    expect((await ask(lot("L-1"), {}, role)).codes).toEqual(["FORBIDDEN"]);
  });

  test("an analyst finds no people out", async () => {
    const byOperator = field("operator", { in: ["op-7"] });
    expect((await ask(byOperator, {}, "analyst")).codes).toEqual(["FORBIDDEN"]);
    expect((await ask(field("operator", { in: ["op"] }), {}, "analyst")).codes).toEqual([
      "FORBIDDEN",
    ]);
    expect((await ask(lot("L-1"), { by: "operator" }, "analyst")).codes).toEqual(["FORBIDDEN"]);
    expect((await ask(byOperator)).data.recallScope.count).toBe(5);
  });

  test("another tenant's values do not exist", async () => {
    const other = callerOf("recall_manager", { tenant: "other" });
    const { errors } = await ask(lot("L-1"), {}, other);
    expect(errors[0]?.extensions).toMatchObject({ code: "UNKNOWN_VALUE" });
    expect(errors[0]?.extensions).not.toHaveProperty("near");
  });
});
