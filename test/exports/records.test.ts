import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { CORRECT, type Variables } from "../manufacturing/factory.ts";
import { type ExportWorld, openWorld } from "./export-world.ts";

let world: ExportWorld;
beforeAll(async () => {
  world = await openWorld();
  const firmware = ["1.9.2", "1.10.0", "1.10.0-rc.1", "2.0.0"];
  const rows = Array.from({ length: 60 }, (_, n) => ({
    serialNumber: `R-${String(n).padStart(4, "0")}`,
    lotCode: `L-${n % 4}`,
    fwVersion: firmware[n % 3],
    operator: `op-${n % 2}`,
  }));
  await world.record(...rows);
  const correct = (n: number, changes: Variables) =>
    world.ask("engineering", CORRECT, {
      ...{ serialNumber: `R-${String(n).padStart(4, "0")}`, reason: "rework" },
      ...{ changes, expectedRevision: 1 },
    });
  await correct(0, { lotCode: "L-3" });
  await correct(4, { fwVersion: "2.0.0" });
});
afterAll(() => world.close());

const SCOPE = `query Scope($criteria: RecallCriteria!, $knownAt: DateTime) {
  recallScope(criteria: $criteria, knownAt: $knownAt) {
    count devices(first: 1000) { nodes { serialNumber } } } }`;
const INSTALL = `mutation Install($input: [InstallationInput!]!) {
  installComponents(input: $input) { refused verdicts { message installation } } }`;
const FREEZE = `mutation Freeze($input: FreezeRecallInput!) { freezeRecall(input: $input) { id deviceCount hash } }`;

const rowsOf = (body: Buffer) =>
  body
    .toString()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Variables);

test.each<[string, Variables]>([
  ["a lot now", { group: { field: "lotCode", values: ["L-0"] } }],
  ["lots ever", { group: { field: "lotCode", values: ["L-0", "L-1"], membership: "EVER" } }],
  ["firmware compared as versions", { field: { name: "fwVersion", from: "1.9.2", to: "1.10.0" } }],
  ["serial numbers in a range", { serialNumber: { from: "R-0010", to: "R-0020" } }],
  [
    "what all, any and none of it is",
    {
      allOf: [
        {
          anyOf: [
            { group: { field: "lotCode", values: ["L-3"] } },
            { serialNumber: { in: ["R-0001"] } },
          ],
        },
        { noneOf: [{ field: { name: "fwVersion", in: ["2.0.0"] } }] },
      ],
    },
  ],
])("a scope of %s has the devices that its pages have", async (_, criteria) => {
  const { recallScope } = await world.ask("recall_manager", SCOPE, { criteria });
  const expected = recallScope.devices.nodes.map((node: Variables) => node.serialNumber);
  const posted = await world.take("/exports/scope.ndjson", {
    roles: ["recall_manager"],
    body: { criteria },
  });
  expect(posted.status).toBe(200);
  expect(rowsOf(posted.body).map(({ serialNumber }) => serialNumber)).toEqual(expected);
  expect(posted.trailers["row-count"]).toBe(String(recallScope.count));
  const query = `criteria=${encodeURIComponent(JSON.stringify(criteria))}&columns=serialNumber`;
  const got = await world.take(`/exports/scope.csv?${query}`, { roles: ["recall_manager"] });
  expect(got.body.toString().trimEnd().split("\n").slice(1)).toEqual(expected);
});

test("a scope may be as known on a day", async () => {
  const criteria = { group: { field: "lotCode", values: ["L-0"] } };
  const [{ at }] = (await world.pair.databases.manufacturing.admin(
    `SELECT to_char(max(recorded_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
     FROM device_revision WHERE revision = 1`,
  )) as [{ at: string }];
  const count = async (body: Variables) =>
    (await world.take("/exports/scope.csv", { roles: ["support"], body })).trailers["row-count"];
  expect([await count({ criteria }), await count({ criteria, knownAt: at })]).toEqual(["14", "15"]);
});

test("criteria are refused as the graph refuses them", async () => {
  const cases: [Variables | undefined, number, string][] = [
    [undefined, 400, "BAD_USER_INPUT"],
    [{}, 400, "BAD_USER_INPUT"],
    [{ criteria: { group: { field: "lotCode", values: ["L-9"] } } }, 400, "UNKNOWN_VALUE"],
    [{ criteria: { grupp: 1 } }, 400, "BAD_USER_INPUT"],
    [
      { criteria: { field: { name: "fwVersion", from: "2.0.0", to: "1.9.2" } } },
      400,
      "CONTRADICTION",
    ],
    [
      { criteria: { group: { field: "lotCode", values: ["L-0"] } }, knownAt: "yesterday" },
      400,
      "BAD_USER_INPUT",
    ],
    [{ criteria: nested(40) }, 400, "VARIABLES_TOO_DEEP"],
  ];
  for (const [body, status, code] of cases) {
    const taken = await world.take("/exports/scope.csv", {
      ...{ roles: ["support"], method: "POST" },
      ...(body && { body }),
    });
    expect([body, taken.status, taken.code]).toEqual([body, status, code]);
  }
  const analyst = { criteria: { field: { name: "operator", in: ["op-1"] } } };
  expect((await world.take("/exports/scope.csv", { body: analyst })).code).toBe("FORBIDDEN");
  const text = await world.take("/exports/scope.csv?criteria=lot", { roles: ["support"] });
  expect([text.status, text.code]).toEqual([400, "BAD_USER_INPUT"]);
  for (const role of ["partner", "line", "regulator", "owner"] as const) {
    const taken = await world.take("/exports/scope.csv", { roles: [role], body: analyst });
    expect([role, taken.code]).toEqual([role, "FORBIDDEN"]);
  }
});

function nested(levels: number): Variables {
  const leaf = { group: { field: "lotCode", values: ["L-0"] } };
  return levels === 0 ? leaf : { allOf: [nested(levels - 1)] };
}

test("a frozen recall is the same rows for ever, whatever is recorded since", async () => {
  const input = {
    ...{ title: "Bad lot", reason: "field failures" },
    criteria: { group: { field: "lotCode", values: ["L-2"] } },
  };
  const { freezeRecall } = await world.ask("recall_manager", FREEZE, { input });
  const path = `/exports/recall/${freezeRecall.id}.csv?columns=serialNumber,lotCode,revision`;
  const before = await world.take(path);
  expect(before.trailers["row-count"]).toBe(String(freezeRecall.deviceCount));
  await world.ask("engineering", CORRECT, {
    ...{
      serialNumber: "R-0002",
      changes: { lotCode: "L-3" },
      reason: "rework",
      expectedRevision: 1,
    },
  });
  await world.record({ serialNumber: "R-LATE", lotCode: "L-2" });
  const after = await world.take(path);
  expect(after.body.equals(before.body)).toBe(true);
  // Its hash is that of its serial numbers, which the file has.
  const serialNumbers = before.body
    .toString()
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",")[0]);
  const hash = createHash("sha256").update(
    serialNumbers
      .sort()
      .map((one) => `${one}\n`)
      .join(""),
  );
  expect(hash.digest("hex")).toBe(freezeRecall.hash);
  const unknown = await world.take("/exports/recall/nothing.csv");
  expect([unknown.status, unknown.code]).toEqual([404, "NOT_FOUND"]);
});

test("components are every installation, with its end", async () => {
  const component = (serialNumber: string) => ({
    component: { supplier: "ACME", partNumber: "PCB-1", serialNumber, supplierLot: "S-7" },
  });
  const device = { device: "R-0001" };
  const input = [
    {
      parent: device,
      child: component("P-1"),
      position: "U1",
      installedAt: "2024-01-01T00:00:00Z",
    },
    {
      ...{
        parent: component("P-1"),
        child: { component: { supplier: "CAPS", partNumber: "C-9", supplierLot: "S-8" } },
      },
      ...{ quantity: 2.5, measure: "g", installedAt: "2024-01-01T00:00:00Z" },
    },
  ];
  const { installComponents } = await world.ask("line", INSTALL, { input });
  expect(installComponents.verdicts.map((one: Variables) => one.message)).toEqual([null, null]);
  const { body, trailers } = await world.take("/exports/components.ndjson", {
    roles: ["engineering"],
  });
  expect(trailers["row-count"]).toBe("2");
  const [first, second] = rowsOf(body);
  expect(first).toMatchObject({
    ...{ device: "R-0001", parentSerialNumber: null, supplier: "ACME", partNumber: "PCB-1" },
    ...{ serialNumber: "P-1", supplierLot: "S-7", position: "U1", quantity: 1, removedAt: null },
    installedAt: "2024-01-01T00:00:00.000000Z",
  });
  expect(second).toMatchObject({
    ...{ device: null, parentSerialNumber: "P-1", supplier: "CAPS", serialNumber: null },
    ...{ supplierLot: "S-8", quantity: 2.5, measure: "g" },
  });
  const header = (await world.take("/exports/components.csv")).body.toString().split("\n")[0];
  expect(header).not.toMatch(/actor/i);
});
