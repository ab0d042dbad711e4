import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Sql } from "../../shared/postgres/database.ts";
import { type Factory, openFactory } from "./factory.ts";

let factory: Factory;
let acme: Sql;
beforeAll(async () => {
  factory = await openFactory();
  await factory.define({ name: "colour", type: "TEXT", isGroupable: true });
  await factory.record({ serialNumber: "SN-1", lotCode: "A", attributes: { colour: "red" } });
  await factory.correct("SN-1", 1, { lotCode: "B" });
  acme = factory.database.open().tenant("acme");
});
afterAll(() => factory.close());

describe("law 2: revisions are append-only", () => {
  test.each([
    "UPDATE device_revision SET lot_code = 'X'",
    "UPDATE device_revision SET reason = 'X' WHERE revision = 2",
    "DELETE FROM device_revision",
    "TRUNCATE device_revision",
    "TRUNCATE device CASCADE",
    "DELETE FROM device",
    "DELETE FROM device_group",
    "UPDATE device_group SET value = 'X'",
    "DELETE FROM device_identifier",
    "UPDATE device_identifier SET device_id = 1",
    "ALTER TABLE device_revision DISABLE TRIGGER ALL",
    "DROP TABLE device_revision",
    "SET session_replication_role = replica",
    "SET ROLE manufacturing_owner",
  ])("the application may not: %s", async (text) => {
    await expect(acme.run(text)).rejects.toThrow(/permission denied|must be owner|append-only/);
  });

  test.each(["UPDATE device_revision SET lot_code = 'X'", "DELETE FROM device_revision"])(
    "a trigger refuses it even to a superuser: %s",
    async (text) => {
      await expect(factory.database.admin(text)).rejects.toThrow("append-only");
      await expect(factory.database.admin("TRUNCATE device_revision")).rejects.toThrow(
        "append-only",
      );
    },
  );

  test("a revision has its number once", async () => {
    const copy = `INSERT INTO device_revision SELECT * FROM device_revision WHERE revision = 2`;
    await expect(acme.run(copy)).rejects.toThrow("one_row_per_revision");
  });

  test("every change is a revision: numbered, timed, with its actor and a full snapshot", async () => {
    const { data } = await factory.ask(
      "engineering",
      `{ device(serialNumber: "SN-1") { recordedAt history { nodes {
        revision recordedAt effectiveAt actor reason source changed serialNumber lotCode
        disposition attributes } } } }`,
    );
    const [first, second] = data.device.history.nodes;
    expect(first).toMatchObject({ revision: 1, actor: "line-1", reason: null, lotCode: "A" });
    expect(second).toMatchObject({ revision: 2, actor: "engineering-1", lotCode: "B" });
    expect(second).toMatchObject({ serialNumber: "SN-1", attributes: { colour: "red" } });
    expect(second.recordedAt > first.recordedAt).toBe(true);
    expect(second.effectiveAt).toBe(second.recordedAt);
    expect(data.device.recordedAt).toBe(second.recordedAt);
  });
});

describe("tenants are walls", () => {
  const TABLES = [
    "device",
    "device_revision",
    "device_group",
    "device_identifier",
    "field_definition",
    "idempotency",
  ];

  test.each(TABLES)("another tenant sees nothing of %s", async (table) => {
    const beta = factory.database.open().tenant("beta");
    expect(await beta.run(`SELECT * FROM ${table}`)).toEqual([]);
    expect(await beta.run(`SELECT * FROM ${table} WHERE tenant = 'acme'`)).toEqual([]);
  });

  test.each(TABLES)("without a tenant nothing of %s is seen or written", async (table) => {
    const nobody = factory.database.open().tenant("");
    expect(await nobody.run(`SELECT * FROM ${table}`)).toEqual([]);
    const rows = await acme.run<{ count: number }>(`SELECT count(*) FROM ${table}`);
    if (table === "idempotency") return;
    expect(rows[0]?.count).toBeGreaterThan(0);
    const copy = `INSERT INTO ${table} SELECT (json_populate_record(NULL::${table}, $1)).*`;
    const row = await acme.run<{ row: unknown }>(
      `SELECT to_json(t) AS row FROM ${table} t LIMIT 1`,
    );
    await expect(nobody.run(copy, [JSON.stringify(row[0]?.row)])).rejects.toThrow(
      "row-level security",
    );
  });

  test("another tenant cannot write rows of ours, nor change them", async () => {
    const beta = factory.database.open().tenant("beta");
    await beta.run("UPDATE device SET lot_code = 'stolen'");
    const theft = "INSERT INTO device_identifier VALUES ('acme', 'serialNumber', 'SN-9', 1)";
    await expect(beta.run(theft)).rejects.toThrow("row-level security");
    expect(await acme.run("SELECT lot_code FROM device")).toEqual([{ lot_code: "B" }]);
  });

  test("two tenants may have the same serial number, and each sees its own", async () => {
    const beta = { subject: "line-9", tenant: "beta", roles: ["line" as const], client: null };
    const document = `mutation { recordDevices(input: [{ serialNumber: "SN-1", lotCode: "BETA" }]) {
      recorded } }`;
    expect((await factory.ask(beta, document)).data.recordDevices.recorded).toBe(1);
    const read = `{ device(serialNumber: "SN-1") { id lotCode lot { deviceCount } } }`;
    const [ours, theirs] = await Promise.all([factory.ask("line", read), factory.ask(beta, read)]);
    expect(ours.data.device).toMatchObject({ lotCode: "B", lot: { deviceCount: 1 } });
    expect(theirs.data.device).toMatchObject({ lotCode: "BETA", lot: { deviceCount: 1 } });
    const entities = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Device { lotCode } } }`;
    const r = [{ __typename: "Device", id: theirs.data.device.id }];
    expect((await factory.ask("line", entities, { r })).data._entities).toEqual([null]);
  });

  test("definitions of one tenant are not another one's", async () => {
    const beta = { subject: "e", tenant: "beta", roles: ["admin" as const], client: null };
    expect(
      (await factory.ask(beta, "{ fieldDefinitions { name } }")).data.fieldDefinitions,
    ).toEqual([]);
  });
});
