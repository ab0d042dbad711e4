import type { Ask } from "./fill-tenant.ts";

export const SCAN = `mutation ($input: [ScanInput!]!) {
  recordScans(input: $input) { refused unchanged }
}`;

/** A station that has the name of the tenant's own field, and has scanned what was known already. */
export async function fillStation(ask: Ask, tenant: string): Promise<void> {
  const scan = {
    station: `only${tenant}`,
    journal: "the-first-journal",
    // The first one has not come yet: so there is a gap.
    sequence: 2,
    scannedAt: "2026-01-31T08:00:00Z",
    record: { serialNumber: `SN-${tenant}-1` },
  };
  const { recordScans } = await ask("manufacturing", "line", SCAN, { input: [scan] });
  if (recordScans.unchanged !== 1) throw new Error(JSON.stringify(recordScans));
}
