import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Sql } from "../../shared/postgres/database.ts";
import { callerOf, type Factory, openFactory } from "../manufacturing/factory.ts";
import { INSTALL, install, item, REMOVE, REPLACE } from "./parts.ts";

let factory: Factory;
let acme: Sql;
beforeAll(async () => {
  factory = await openFactory();
  acme = factory.database.open().tenant("acme");
  await factory.record({ serialNumber: "SN-1" }, { serialNumber: "SN-2" });
  const [gone] = await install(factory, [
    ["SN-1", "PCB/1#L-1"],
    ["SN-2", "PCB/2#L-1"],
  ]);
  await factory.ask("line", REMOVE, { installation: gone, reason: "broken" });
});
afterAll(() => factory.close());

const TABLES = ["component", "component_identifier", "installation", "removal"];

describe("what was installed is never rewritten", () => {
  test.each(
    TABLES.flatMap((table) => [
      `UPDATE ${table} SET tenant = 'acme'`,
      `DELETE FROM ${table}`,
      `TRUNCATE ${table}`,
      `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
      `DROP TABLE ${table}`,
    ]),
  )("the application may not: %s", async (text) => {
    await expect(acme.run(text)).rejects.toThrow(/permission denied|must be owner/);
  });

  test.each(
    TABLES.flatMap((table) => [
      `UPDATE ${table} SET tenant = 'acme'`,
      `DELETE FROM ${table}`,
      `TRUNCATE ${table}`,
    ]),
  )("a trigger refuses it even to a superuser: %s", async (text) => {
    await expect(factory.database.admin(text)).rejects.toThrow("append-only");
  });

  test.each([
    ["one_removal_per_installation", "INSERT INTO removal SELECT * FROM removal"],
    ["one_row_per_installation", "INSERT INTO installation SELECT * FROM installation"],
    ["one_row_per_component", "INSERT INTO component SELECT * FROM component"],
    [
      "one_component_per_identifier",
      "INSERT INTO component_identifier SELECT tenant, supplier, part_number, kind, value, 7 FROM component_identifier",
    ],
    [
      "one_installation_per_place",
      `INSERT INTO installation SELECT tenant, installation_id + 1000000, parent_id, child_id, position,
         ordinal, quantity, measure, installed_at, recorded_at, actor, source FROM installation`,
    ],
    [
      "nothing_within_itself",
      `INSERT INTO installation SELECT tenant, installation_id + 2000000, parent_id, parent_id, position,
         ordinal, quantity, measure, installed_at, recorded_at, actor, source FROM installation`,
    ],
  ])("%s", async (law, text) => {
    await expect(acme.run(text)).rejects.toThrow(law);
  });
});

describe("tenants are walls", () => {
  test.each(TABLES)("another tenant, and no tenant, sees nothing of %s", async (table) => {
    for (const tenant of ["beta", ""]) {
      const other = factory.database.open().tenant(tenant);
      expect(await other.run(`SELECT * FROM ${table}`)).toEqual([]);
      const copy = `INSERT INTO ${table} SELECT (json_populate_record(NULL::${table}, $1)).*`;
      const [row] = await acme.run<{ row: unknown }>(
        `SELECT to_json(t) AS row FROM ${table} t LIMIT 1`,
      );
      expect(row).toBeDefined();
      await expect(other.run(copy, [JSON.stringify(row?.row)])).rejects.toThrow(
        "row-level security",
      );
    }
  });

  test("the same names are other components there, and an id of ours names nothing", async () => {
    const { data } = await factory.ask("line", `{ device(serialNumber: "SN-2") { id } }`);
    const beta = callerOf("line", { tenant: "beta" });
    const input = [{ parent: item("BOX/1"), child: item("PCB/2#L-9") }];
    const answer = await factory.ask(beta, INSTALL, { input });
    expect(answer.data.installComponents.recorded).toBe(1);
    const theft = [{ parent: { id: data.device.id }, child: item("BOX/2") }];
    const refused = await factory.ask(beta, INSTALL, { input: theft });
    expect(refused.data.installComponents.verdicts[0].code).toBe("NOT_FOUND");
    const document = `{ whereUsed(partNumber: "PCB", serialNumber: "2") { nodes { level
      item { device { serialNumber } component { supplierLot partNumber } } } } }`;
    const used = async (caller: typeof beta | "line") =>
      (await factory.ask(caller, document)).data.whereUsed.nodes;
    expect(await used(beta)).toMatchObject([{ item: { component: { partNumber: "BOX" } } }]);
    expect(await used("line")).toMatchObject([{ item: { device: { serialNumber: "SN-2" } } }]);
  });
});

describe("writers that race", () => {
  const count = async (text: string) => (await acme.run<{ n: number }>(text))[0]?.n;

  test("record one component, and one installation, between them", async () => {
    const input = [1, 2, 3].flatMap((n) => [
      { parent: item("SN-1"), child: item(`RACE/${n}`), position: "P" },
      { parent: item(`RACE/${n}`), child: item("RACE@LOT"), position: "P" },
    ]);
    const batches = Array.from({ length: 12 }, (_, n) => (n % 2 ? input : [...input].reverse()));
    const answers = await Promise.all(
      batches.map((rows) => factory.ask("line", INSTALL, { input: rows })),
    );
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    const batchOf = answers.map(({ data }) => data.installComponents);
    expect(batchOf.reduce((sum, { recorded }) => sum + recorded, 0)).toBe(6);
    expect(batchOf.reduce((sum, { unchanged }) => sum + unchanged, 0)).toBe(66);
    expect(await count("SELECT count(*) n FROM component WHERE part_number = 'RACE'")).toBe(4);
    expect(await count("SELECT count(*) n FROM installation WHERE position = 'P'")).toBe(6);
  });

  test("with different lots of one piece: one is recorded, the others are refused", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        factory.ask("line", INSTALL, {
          input: [{ parent: item("SN-1"), child: item(`LOTS/1#L-${n}`) }],
        }),
      ),
    );
    const said = answers.map(({ data }) => data.installComponents.verdicts[0]);
    expect(said.filter(({ outcome }) => outcome === "RECORDED")).toHaveLength(1);
    expect(said.filter(({ code }) => code === "ALREADY_RECORDED")).toHaveLength(7);
    expect(await count("SELECT count(*) n FROM component WHERE part_number = 'LOTS'")).toBe(1);
  });

  test("replace an installation once", async () => {
    const [installation] = await install(factory, [["SN-2", "FUSE/1", { position: "F" }]]);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        factory.ask("line", REPLACE, {
          ...{ installation, reason: "blown", by: { child: item(`FUSE/${n + 2}`) } },
        }),
      ),
    );
    expect(answers.filter(({ codes }) => codes.length === 0)).toHaveLength(1);
    expect(answers.flatMap(({ codes }) => codes)).toEqual(Array(7).fill("NOTHING_TO_CHANGE"));
    expect(await count("SELECT count(*) n FROM installation WHERE position = 'F'")).toBe(2);
    expect(await count("SELECT count(*) n FROM component WHERE part_number = 'FUSE'")).toBe(2);
  });
});
