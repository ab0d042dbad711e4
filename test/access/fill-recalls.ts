import type { Ask } from "./fill-tenant.ts";

export const FREEZE = `mutation ($input: FreezeRecallInput!) { freezeRecall(input: $input) { id } }`;
const WITHDRAW = `mutation ($id: ID!) { withdrawRecall(id: $id, reason: "mistaken") { state } }`;

/**
 * Two recalls with all that one can have. Of four devices the first two are on another pallet by
 * now: with the others there too, the fourth becomes a candidate, and the third leaves.
 */
export async function freezeRecalls(ask: Ask, tenant: string): Promise<string[]> {
  const on = (palletId: string, ...numbers: number[]) => ({
    allOf: [
      { group: { field: "palletId", values: [palletId] } },
      { serialNumber: { in: numbers.map((n) => `SN-${tenant}-${n}`) } },
    ],
  });
  const ids: string[] = [];
  for (const title of ["cells", "housings"]) {
    const criteria = { anyOf: [on("PAL-2", 1, 2, 4), on("PAL-1", 3)] };
    const input = { title, criteria, knownAt: "2100-01-01T00:00:00Z", reason: "they swell" };
    const { freezeRecall } = await ask("manufacturing", "compliance", FREEZE, { input });
    await ask("manufacturing", "compliance", WITHDRAW, { id: freezeRecall.id });
    ids.push(freezeRecall.id);
  }
  return ids;
}
