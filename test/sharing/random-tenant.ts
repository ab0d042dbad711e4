import fc from "fast-check";
import { CORRECT, DEFINE, type Factory, RECORD, type Variables } from "../manufacturing/factory.ts";
import { type Shares, sharesOf } from "./shares.ts";

const LOTS = ["L1", "L2", "L3"];
const ORDERS = ["W1", "W2"];
const REELS = ["R1", "R2"];
const TIMES = ["2024-01-01T00:00:00.000000Z", "2024-06-01T00:00:00.000000Z"];

/** The grouping fields of the random tenants, each with all values that occur and one that does not. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  lotCode: [...LOTS, "L9"],
  workOrder: [...ORDERS, "W9"],
  reel: [...REELS, "R9"],
};

const text = (values: readonly string[]) => fc.option(fc.constantFrom(...values));
const some = (values: readonly string[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 });
const device = fc.record({
  lotCode: text(LOTS),
  workOrder: text(ORDERS),
  partNumber: text(["P1", "P2"]),
  site: text(["S1", "S2"]),
  producedAt: text(TIMES),
  reel: text(REELS),
  note: text(["n1", "n2"]),
});
const correction = fc.record({
  device: fc.nat(),
  changes: fc.record({
    lotCode: text(LOTS),
    workOrder: text(ORDERS),
    attributes: fc.record({ reel: text(REELS) }),
  }),
});
const terms = fc.oneof(
  fc.constantFrom(...Object.keys(GROUPS)).chain((field) =>
    fc.record({
      group: fc.record({ field: fc.constant(field), values: some(GROUPS[field] ?? []) }),
    }),
  ),
  fc.record({ devices: fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 5 }) }),
  fc.record({
    criteria: fc
      .record(
        {
          partNumber: some(["P1", "P2"]),
          site: some(["S1", "S2"]),
          producedFrom: fc.constantFrom(...TIMES),
          producedTo: fc.constantFrom("2024-06-01T00:00:00.000000Z", "2025-01-01T00:00:00.000000Z"),
          serialNumberFrom: fc.constantFrom("SN-03", "SN-06"),
          serialNumberTo: fc.constantFrom("SN-07", "SN-10"),
        },
        { requiredKeys: [] },
      )
      .filter((criteria) => {
        const { producedFrom = "", producedTo = "9" } = criteria;
        return Object.keys(criteria).length > 0 && producedFrom < producedTo;
      }),
  }),
);
const FIELDS =
  "lotCode workOrder partNumber site producedAt attributes attributes.reel attributes.note history identity".split(
    " ",
  );
const share = fc.record({
  terms,
  fields: fc.subarray(FIELDS),
  partner: fc.constantFrom("lab", "lab", "lab", "rival"),
  state: fc.constantFrom("ACTIVE", "ACTIVE", "ACTIVE", "ENDED", "PLANNED"),
});

/** A random tenant: its devices, what was corrected, and what is shared. */
export const randomTenant = fc.record({
  devices: fc.array(device, { minLength: 1, maxLength: 12 }),
  corrections: fc.array(correction, { maxLength: 10 }),
  shares: fc.array(share, { maxLength: 6 }),
});
export type RandomTenant = typeof randomTenant extends fc.Arbitrary<infer Tenant> ? Tenant : never;
export type RandomShare = RandomTenant["shares"][number];

export const serialOf = (index: number) => `SN-${String(index).padStart(2, "0")}`;

/** The devices that a share by list names. */
export function listed({ terms }: RandomShare, devices: number): string[] {
  return "devices" in terms ? [...new Set(terms.devices.map((n) => serialOf(n % devices)))] : [];
}

/** Writes a random tenant into the database, as its staff would. */
export async function fill(
  factory: Factory,
  tenant: string,
  random: RandomTenant,
): Promise<Shares> {
  const shares = sharesOf(factory, tenant);
  const { tell } = shares;
  await tell("engineering", DEFINE, { input: { name: "reel", type: "TEXT", isGroupable: true } });
  await tell("engineering", DEFINE, { input: { name: "note", type: "TEXT" } });
  const input = random.devices.map(({ reel, note, ...values }, index) => {
    return { serialNumber: serialOf(index), ...values, operator: "op", attributes: { reel, note } };
  });
  await tell("line", RECORD, { input });
  const revisions = random.devices.map(() => 1);
  for (const { device, changes } of random.corrections) {
    const index = device % random.devices.length;
    const expectedRevision = revisions[index] ?? 0;
    const variables = { serialNumber: serialOf(index), changes, reason: "found", expectedRevision };
    const { errors } = await factory.ask(
      { subject: "e", tenant, roles: ["engineering"], client: null },
      CORRECT,
      variables,
    );
    if (errors.length === 0) revisions[index] = expectedRevision + 1;
    else if (errors[0]?.extensions.code !== "NOTHING_TO_CHANGE") throw errors[0];
  }
  for (const one of random.shares) await grant(shares, one, random.devices.length);
  return shares;
}

async function grant(shares: Shares, one: RandomShare, devices: number): Promise<void> {
  const { partner, fields, state } = one;
  const which: Variables =
    "devices" in one.terms ? { serialNumbers: listed(one, devices) } : one.terms;
  const from = state === "PLANNED" ? "2100-01-01T00:00:00Z" : null;
  const id = await shares.share({ partner, fields, ...which, from });
  if (state === "ENDED") await shares.end(id);
}
