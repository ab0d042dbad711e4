import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Caller } from "../../shared/caller.ts";
import type { ExportQuestion } from "../../shared/graph/subgraph-service.ts";
import { type Factory, openFactory, type Variables } from "../manufacturing/factory.ts";
import { fill, GROUPS, randomTenant } from "./random-tenant.ts";
import { partnerOf } from "./shares.ts";

const RUNS = Number(process.env.RUNS ?? 12);

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
});
afterAll(() => factory.close());

const FIELDS =
  "serialNumber connhexId partNumber lotCode workOrder producedAt site disposition attributes revision recordedAt";
const REVISION_FIELDS = `${FIELDS.replace("connhexId", "effectiveAt changed")}`;

const SHARED = `{ sharedDevices(first: 1000) { totalCount nodes { serialNumber } } }`;
const GROUP = `query Group($field: String!, $value: String!, $membership: Membership!) {
  productionGroup(field: $field, value: $value) {
    deviceCount(membership: $membership)
    devices(membership: $membership, first: 1000) { nodes { serialNumber } } } }`;

/** A field at a time, so that what is refused of one says nothing of the others. */
async function pageOf(partner: Caller, serialNumber: string, fields: string, ofRevision = false) {
  const seen: Variables[] = [];
  for (const field of fields.split(" ")) {
    const asked = ofRevision ? `history(first: 1000) { nodes { ${field} } }` : field;
    const text = `query One($serialNumber: String!) { device(serialNumber: $serialNumber) { ${asked} } }`;
    const { data } = await factory.ask(partner, text, { serialNumber });
    const rows = ofRevision ? (data?.device?.history?.nodes ?? null) : [data?.device ?? {}];
    if (rows === null) return null;
    for (const [place, row] of rows.entries()) {
      const told = seen[place] ?? {};
      told[field] = row?.[field] ?? null;
      seen[place] = told;
    }
  }
  return seen;
}

async function exported(partner: Caller, asked: Partial<ExportQuestion>) {
  const { service } = factory;
  if (!service.export) throw new Error("nothing is exported");
  const columns = (asked.what === "revisions" ? REVISION_FIELDS : FIELDS).split(" ");
  const question: ExportQuestion = {
    ...{ what: "devices", columns, format: "ndjson", selection: {}, keepsFormulas: false },
    ...asked,
  };
  const { body, expectedRows, end, isKept } = await service.export(partner, question, {
    requestId: "r-export",
  });
  const pieces: Buffer[] = [];
  for await (const piece of body as AsyncIterable<Buffer>) pieces.push(piece);
  const text = Buffer.concat(pieces).toString();
  const rows = text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Variables);
  expect([expectedRows, (await end).rows, isKept]).toEqual([rows.length, rows.length, false]);
  return rows;
}

const refusal = async (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code?: string }) => error.code ?? String(error),
  );

let tenants = 0;

test("an export has no row, no value and no count that the pages hide from a partner", async () => {
  const counted = { shown: 0, hidden: 0, revisions: 0, members: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(randomTenant, async (random) => {
      const tenant = `export-${++tenants}`;
      await fill(factory, tenant, random);
      const partner = partnerOf("lab", { tenant });
      const { data } = await factory.ask(partner, SHARED);
      const serialNumbers: string[] = data.sharedDevices.nodes.map(
        (node: Variables) => node.serialNumber,
      );
      const pages = [];
      const revisions = [];
      for (const serialNumber of serialNumbers) {
        pages.push(...((await pageOf(partner, serialNumber, FIELDS)) ?? []));
        revisions.push(...((await pageOf(partner, serialNumber, REVISION_FIELDS, true)) ?? []));
      }
      expect(await exported(partner, {})).toEqual(pages);
      expect(await exported(partner, { what: "revisions" })).toEqual(revisions);
      counted.shown += pages.length;
      counted.hidden += random.devices.length - pages.length;
      counted.revisions += revisions.length;
      for (const [field, values] of Object.entries(GROUPS)) {
        for (const value of values) {
          for (const membership of ["CURRENT", "EVER"] as const) {
            const selection = { field, value, membership };
            const { data: found } = await factory.ask(partner, GROUP, selection);
            const asked = exported(partner, { what: "group", selection });
            if (!found.productionGroup) {
              expect(await refusal(asked)).toBe("UNKNOWN_VALUE");
              counted.refused++;
              continue;
            }
            const members = found.productionGroup.devices.nodes.map(
              (node: Variables) => node.serialNumber,
            );
            const rows = await asked;
            expect(rows.map(({ serialNumber }) => serialNumber)).toEqual(members);
            expect(rows).toHaveLength(found.productionGroup.deviceCount);
            for (const row of rows) expect(pages).toContainEqual(row);
            counted.members += rows.length;
          }
        }
      }
    }),
    { numRuns: RUNS },
  );
  // Otherwise it would have shown nothing.
  for (const count of Object.values(counted)) expect(count).toBeGreaterThan(0);
}, 600_000);

test("a partner may ask for no column that no share can show, nor see another tenant's", async () => {
  const tenant = "export-columns";
  const [random] = fc.sample(randomTenant, { numRuns: 1, seed: 5 });
  if (!random) throw new Error("no tenant");
  await fill(factory, tenant, random);
  const partner = partnerOf("lab", { tenant });
  for (const column of ["operator", "actor", "nothing"]) {
    const code = await refusal(exported(partner, { columns: [column] }));
    expect([column, code]).toEqual([
      column,
      column === "operator" ? "FORBIDDEN" : "BAD_USER_INPUT",
    ]);
  }
  for (const column of ["actor", "reason", "source", "operator"]) {
    const asked = exported(partner, { what: "revisions", columns: [column] });
    expect([column, await refusal(asked)]).toEqual([column, "FORBIDDEN"]);
  }
  expect(await exported(partnerOf("lab", { tenant: "export-nobody" }), {})).toEqual([]);
  expect(await exported(partnerOf(null, { tenant }), {})).toEqual([]);
});

test("what is hidden can be told from what is empty, by the names that are shared", async () => {
  const tenant = "export-names";
  const device = {
    ...{ lotCode: null, workOrder: null, partNumber: null, site: null },
    producedAt: null,
    reel: "R1",
    note: "n1",
  };
  await fill(factory, tenant, {
    devices: [device],
    corrections: [],
    shares: [
      {
        terms: { devices: [0] },
        fields: ["lotCode", "attributes.reel"],
        partner: "lab",
        state: "ACTIVE",
      },
    ],
  });
  const columns = [
    "serialNumber",
    "lotCode",
    "site",
    "attributes",
    "attributes.reel",
    "attributes.note",
    "sharedFields",
  ];
  const [row] = await exported(partnerOf("lab", { tenant }), { columns });
  expect(row).toEqual({
    ...{ serialNumber: "SN-00", lotCode: null, site: null, attributes: { reel: "R1" } },
    ...{ "attributes.reel": "R1", "attributes.note": null },
    sharedFields: ["attributes.reel", "lotCode"],
  });
});
