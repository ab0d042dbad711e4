import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Sql } from "../../shared/postgres/database.ts";
import { type Factory, openFactory } from "../manufacturing/factory.ts";
import { sharesOf } from "./shares.ts";

let factory: Factory;
let acme: Sql;
beforeAll(async () => {
  factory = await openFactory();
  await factory.record({ serialNumber: "SN-1", lotCode: "A" });
  const { share, end } = sharesOf(factory);
  await end(await share({ serialNumbers: ["SN-1"], fields: ["lotCode"] }));
  acme = factory.database.open().tenant("acme");
});
afterAll(() => factory.close());

const TABLES = ["share", "share_device", "share_end"];

describe("what was shared, and when it ended, cannot be rewritten", () => {
  test.each([
    "UPDATE share SET partner = 'rival'",
    "UPDATE share SET to_at = NULL, fields = '{}'",
    "UPDATE share_end SET ended_at = now() + interval '1 year'",
    "UPDATE share_device SET device_id = 2",
    ...TABLES.flatMap((table) => [
      `DELETE FROM ${table}`,
      `TRUNCATE ${table} CASCADE`,
      `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
      `DROP TABLE ${table}`,
    ]),
  ])("the application may not: %s", async (text) => {
    await expect(acme.run(text)).rejects.toThrow(/permission denied|must be owner|append-only/);
  });

  test.each(TABLES)("a trigger refuses it even to a superuser, of %s", async (table) => {
    const { admin } = factory.database;
    await expect(admin(`UPDATE ${table} SET tenant = tenant`)).rejects.toThrow("append-only");
    await expect(admin(`DELETE FROM ${table}`)).rejects.toThrow("append-only");
    await expect(admin(`TRUNCATE ${table} CASCADE`)).rejects.toThrow("append-only");
  });

  test("an end is not said of the past", async () => {
    const past = `INSERT INTO share_end SELECT tenant, share_id, now() - interval '1 day', 'x', now(), 'x'
      FROM share LIMIT 1`;
    await expect(acme.run(past)).rejects.toThrow("not_ended_before_it_was_said");
  });

  test("a share without terms, which would be of everything, cannot be written", async () => {
    for (const kind of ["GROUP", "CRITERIA"]) {
      const copy = `INSERT INTO share (tenant, share_id, partner, kind, fields, from_at, granted_by, granted_at, reason)
        VALUES ('acme', 999, 'lab', '${kind}', '{}', now(), 'x', now(), 'x')`;
      await expect(acme.run(copy)).rejects.toThrow(/have_their_terms|has_its_terms/);
    }
  });
});

describe("tenants are walls", () => {
  test.each(TABLES)("another tenant sees nothing of %s", async (table) => {
    const beta = factory.database.open().tenant("beta");
    expect(await acme.run(`SELECT 1 FROM ${table}`)).toHaveLength(1);
    expect(await beta.run(`SELECT 1 FROM ${table} WHERE tenant = 'acme'`)).toEqual([]);
    await expect(beta.run(`INSERT INTO ${table} (tenant) VALUES ('acme')`)).rejects.toThrow(
      "row-level security",
    );
  });
});
