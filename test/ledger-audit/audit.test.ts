import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Random } from "../../demo/random.ts";
import { type AuditedTown, openAuditedTown, SERVICES } from "./audited-town.ts";
import { BusyTown } from "./busy-town.ts";

let audited: AuditedTown;
beforeAll(async () => {
  audited = await openAuditedTown();
  const busy = new BusyTown(audited, new Random("audit", "a day"));
  await busy.live(60);
  await audited.caughtUp();
});
afterAll(() => audited?.close());

describe("an audit of what is as it was written", () => {
  test.each(SERVICES)("finds nothing in %s, and has looked at everything", async (service) => {
    const { deviations, counts } = await audited.audit(service);
    expect(deviations).toEqual([]);
    expect(counts.entries).toBeGreaterThan(5);
    expect(counts.rows).toBe(counts.entries + counts.pending);
  });
});
