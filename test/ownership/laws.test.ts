import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { setLogWriter } from "../../shared/log.ts";
import type { Database } from "../../shared/postgres/database.ts";
import { findDeviations } from "../../subgraphs/ownership/ownership/consistency.store.ts";
import { entities } from "../../subgraphs/ownership/subgraph.ts";
import {
  devices,
  LOOK,
  openTown,
  ownerInput,
  person,
  REGISTER,
  RELEASE,
  STATE,
  type Town,
} from "./town.ts";

let town: Town;
let application: Database;
beforeAll(async () => {
  town = await openTown();
  application = town.database.open();
  await town.provision(
    { serialNumber: "L-1", connhexId: "l-1", isProtected: true },
    { serialNumber: "L-2", connhexId: "l-2" },
    { serialNumber: "L-3", connhexId: "l-3" },
  );
  const input = { connhexId: "l-2", owner: ownerInput("Zoe Canary") };
  await town.get(person("zoe"), REGISTER, { input });
});
afterAll(async () => {
  await application.close();
  await town.close();
});

const TABLES = [
  "erasure",
  "erasure_order",
  "cloud_identity",
  "cloud_identity_revision",
  "hand_over",
  "owner",
  "owner_key",
  "owner_contact",
  "ownership",
  "ownership_revision",
  "transfer_offer",
  "idempotency",
  "id_block",
];

/** Tables without an entity: what other systems are told, and the log with the keys of its entries. */
const PLAIN_TABLES = [
  "change_head",
  "ownership_change",
  "ledger_backfill",
  "ledger_checkpoint",
  "ledger_cosignature",
  "ledger_key",
  "ledger_leaf",
  "ledger_pending",
  "ledger_sequencer",
  "ledger_tile",
  "person_key",
];

/** SQL as the application's own login and role may send it. */
function sql(tenant = "acme") {
  return application.tenant(tenant);
}

describe("what is written stays written", () => {
  test.each(
    ["cloud_identity_revision", "ownership_revision"].flatMap((table) => [
      [`UPDATE ${table} SET reason = 'x'`],
      [`DELETE FROM ${table}`],
      [`TRUNCATE ${table}`],
      [`ALTER TABLE ${table} DISABLE TRIGGER ALL`],
      [`DROP TRIGGER deny_change ON ${table}`],
    ]),
  )("%s is refused to the application", async (attempt) => {
    await expect(sql().run(attempt)).rejects.toThrow(/permission denied|must be owner/);
  });

  test.each([
    ["UPDATE ownership_revision SET reason = 'x'"],
    ["DELETE FROM cloud_identity_revision"],
    ["TRUNCATE ownership_revision"],
  ])("%s is refused even to whoever has the right", async (attempt) => {
    await expect(town.database.admin(attempt)).rejects.toThrow("append-only");
  });

  test.each([
    ["DELETE FROM ownership"],
    ["DELETE FROM owner"],
    ["UPDATE owner_contact SET owner_id = 1"],
    ["DELETE FROM owner_contact"],
    ["UPDATE owner_key SET wrapped_key = ''"],
    ["DELETE FROM owner_key"],
    ["UPDATE owner SET subject = 'me'"],
  ])("%s is no right of the application", async (attempt) => {
    await expect(sql().run(attempt)).rejects.toThrow("permission denied");
  });

  test("a revision that another one has taken is not written twice", async () => {
    const again = `INSERT INTO ownership_revision
      SELECT tenant, connhex_id, revision, ownership_id, kind, owner_id, at, actor, 'forged'
      FROM ownership_revision`;
    await expect(sql().run(again)).rejects.toThrow("duplicate key");
  });
});

describe("a tenant's rows are its own", () => {
  test("every entity stands for a table behind the wall, and every table has its entity", async () => {
    const rows = await town.database.admin<{ name: string; walled: boolean }>(
      `SELECT relname AS name, relrowsecurity AND relforcerowsecurity AS walled FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm', 'v')
         AND relname <> 'migrations'`,
    );
    expect(rows.map(({ name }) => name).sort()).toEqual([...TABLES, ...PLAIN_TABLES].sort());
    expect(rows.filter(({ walled }) => !walled)).toEqual([]);
    expect(entities).toHaveLength(TABLES.length);
  });

  test.each(TABLES)("%s shows nothing to another tenant, nor without one", async (table) => {
    for (const tenant of ["globex", "", "*"]) {
      expect(await sql(tenant).run(`SELECT 1 FROM ${table}`)).toEqual([]);
    }
  });

  test("no row enters another tenant, and none can be taken over", async () => {
    await expect(sql("globex").run("INSERT INTO id_block VALUES ('acme', 'x', 1)")).rejects.toThrow(
      "row-level security",
    );
    await expect(
      sql().run("UPDATE ownership SET tenant = 'globex' WHERE connhex_id = 'l-2'"),
    ).rejects.toThrow("row-level security");
    expect(await sql("globex").run("UPDATE ownership SET owner_id = NULL RETURNING 1")).toEqual([]);
  });

  test("the connection's tenant cannot be read around by a function or a role", async () => {
    await expect(sql().run("SET ROLE postgres")).rejects.toThrow("permission denied");
    await expect(sql().run("SET row_security = off; SELECT 1 FROM owner")).rejects.toThrow();
    await expect(sql().run("SET session_replication_role = replica")).rejects.toThrow(
      "permission denied",
    );
  });
});

describe("the tables refuse what the rules refuse", () => {
  test("a second live identity of a device", async () => {
    await expect(
      sql().run(`INSERT INTO cloud_identity (tenant, connhex_id, serial_number, state, revision,
        changed_at, is_protected, init_key_hash)
        VALUES ('acme', 'l-x', 'L-1', 'ACTIVE', 1, now(), false, sha256('x'))`),
    ).rejects.toThrow("one_live_identity");
  });

  test("a secret where its hash belongs", async () => {
    await expect(
      sql().run("UPDATE cloud_identity SET init_key_hash = 'secret' WHERE connhex_id = 'l-1'"),
    ).rejects.toThrow("hashes_not_secrets");
  });

  test("a protected identity without a claim code", async () => {
    await expect(
      sql().run("UPDATE cloud_identity SET claim_code_hash = NULL WHERE connhex_id = 'l-1'"),
    ).rejects.toThrow("protected_has_claim_code");
  });

  test("a second owner of a device", async () => {
    await expect(
      sql().run(`INSERT INTO ownership (tenant, connhex_id, ownership_id, owner_id, revision, since)
        VALUES ('acme', 'l-2', 999, 999, 1, now())`),
    ).rejects.toThrow("duplicate key");
  });
});

describe("personal data", () => {
  test("stand in the tables encrypted, and nowhere else", async () => {
    for (const table of TABLES) {
      const [row] = await town.database.admin<{ text: string }>(
        `SELECT coalesce(string_agg(t::text, ' '), '') AS text FROM ${table} t`,
      );
      for (const plain of ["Zoe", "Canary", "zoe.canary", "+39 055"]) {
        expect([table, row?.text.includes(plain)]).toEqual([table, false]);
        const hex = Buffer.from(plain).toString("hex");
        expect([table, row?.text.includes(hex)]).toEqual([table, false]);
      }
    }
  });

  test("are in no error and no log line", async () => {
    const lines: string[] = [];
    setLogWriter((line) => lines.push(line));
    const owner = { ...ownerInput("Xaver Canary"), phone: "Canary 123", country: "IT" };
    const { errors } = await town.ask(person("xaver"), REGISTER, {
      input: { connhexId: "l-3", owner },
    });
    setLogWriter((line) => void process.stderr.write(`${line}\n`));
    expect(errors[0]?.extensions.code).toBe("INVALID_VALUE");
    expect(JSON.stringify([errors, lines])).not.toMatch(/canary/i);
  });

  test("of one owner do not open under another one's name", async () => {
    const input = { connhexId: "l-3", owner: ownerInput("Wim") };
    await town.get(person("wim"), REGISTER, { input });
    await town.database.admin(`UPDATE owner_contact c SET ciphertext = o.ciphertext
      FROM owner_contact o, owner w WHERE w.subject = 'person-wim' AND c.owner_id = w.owner_id
        AND o.owner_id <> c.owner_id`);
    await town.database.admin(`UPDATE owner_key k SET wrapped_key = o.wrapped_key
      FROM owner_key o, owner w WHERE w.subject = 'person-wim' AND k.owner_id = w.owner_id
        AND o.owner_id <> k.owner_id`);
    const { data, errors } = await town.ask("support", LOOK, devices("l-3"));
    expect(data._entities[0].owner.displayName).toBeNull();
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(data)).not.toContain("Canary");
  });

  test("are unreadable for ever once the key's row is gone; the history stays", async () => {
    const document = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Device {
      owner { kind displayName contact { email } } ownerships { from owner { displayName } } } } }`;
    const before = await town.get("support", document, devices("l-2"));
    expect(before._entities[0].owner.displayName).toBe("Zoe Canary");
    await town.database.admin(
      "DELETE FROM owner_key k USING owner w WHERE w.owner_id = k.owner_id AND w.subject = 'person-zoe'",
    );
    const { _entities } = await town.get("admin", document, devices("l-2"));
    expect(_entities[0]).toEqual({
      owner: { kind: "PERSON", displayName: null, contact: null },
      ownerships: [{ from: before._entities[0].ownerships[0].from, owner: { displayName: null } }],
    });
  });
});

describe("the consistency check", () => {
  const check = () => findDeviations(sql(), 10);

  test("finds nothing in what the API wrote", async () => {
    await town.get("admin", STATE, { connhexId: "l-1", state: "SUSPENDED", reason: "x" });
    await town.get("admin", RELEASE, { connhexId: "l-2", reason: "x" });
    const input = { connhexId: "l-2", owner: ownerInput("Vera") };
    await town.get("admin", REGISTER, { input });
    expect(await check()).toEqual([]);
  });

  test.each<[kind: string, break_: string, mend: string]>([
    [
      "IDENTITY_PROJECTION_DIFFERS",
      "UPDATE cloud_identity SET state = 'ACTIVE' WHERE connhex_id = 'l-1'",
      "UPDATE cloud_identity SET state = 'SUSPENDED' WHERE connhex_id = 'l-1'",
    ],
    [
      "HAND_OVER_DIFFERS",
      "INSERT INTO hand_over VALUES ('acme', 'l-1', 'L-1', 3, 0, now() + interval '1 day', now())",
      "DELETE FROM hand_over",
    ],
    [
      "OWNERSHIP_PROJECTION_DIFFERS",
      "UPDATE ownership SET owner_id = NULL WHERE connhex_id = 'l-2'",
      `UPDATE ownership o SET owner_id = r.owner_id FROM ownership_revision r
       WHERE r.connhex_id = o.connhex_id AND r.revision = o.revision`,
    ],
  ])("finds %s", async (kind, break_, mend) => {
    await sql().run(break_);
    expect((await check()).map((deviation) => deviation.kind)).toEqual([kind]);
    await sql().run(mend);
    expect(await check()).toEqual([]);
  });

  test("finds revisions that the application should not have added", async () => {
    await sql().run(`INSERT INTO ownership_revision
      VALUES ('acme', 'l-9', 2, 900, 'TRANSFERRED', 12345, now(), 'forger', NULL)`);
    const kinds = new Set((await check()).map(({ kind }) => kind));
    expect(kinds).toEqual(
      new Set([
        "OWNERSHIP_PROJECTION_DIFFERS",
        "OWNERSHIP_REVISIONS_NOT_CONTIGUOUS",
        "OWNERSHIP_CHANGES_CONTRADICT",
        "OWNER_MISSING",
      ]),
    );
  });
});
