import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openAccessLog } from "../../gateway/access-log/access-log.ts";
import { entryOfLine, type LineRow } from "../../gateway/ledger/line-content.ts";
import { LINE_COLUMNS } from "../../gateway/ledger/lines.store.ts";
import { canonicalJson } from "../../shared/ledger/canonical-json.ts";
import { Person } from "../../shared/ledger-store/commitment.ts";
import { type Entry, entryText, parseEntry } from "../../shared/ledger-store/entry.ts";
import { readPersons } from "../../shared/ledger-store/person-keys.store.ts";
import { columnsOf, selectList } from "../../shared/postgres/columns.ts";
import type { Sql, Statement } from "../../shared/postgres/database.ts";
import {
  type DeviceRecord,
  RECORD_FIELDS,
} from "../../subgraphs/manufacturing/device/device-record.ts";
import { DeviceRevisionEntity } from "../../subgraphs/manufacturing/device/device-revision.entity.ts";
import {
  type Due,
  INSERT_NEW,
  REVISE_KNOWN,
  writingParameters,
} from "../../subgraphs/manufacturing/device/writing-statements.store.ts";
import { ITEMS_HASH } from "../../subgraphs/manufacturing/ledger/backfill.store.ts";
import {
  entryOfRecall,
  entryOfWithdrawal,
  type FrozenRecall,
} from "../../subgraphs/manufacturing/ledger/recall-content.ts";
import {
  entryOfRow,
  type RevisionRow,
  revisionContent,
} from "../../subgraphs/manufacturing/ledger/revision-content.ts";
import { RecallEntity } from "../../subgraphs/manufacturing/recall/recall.entity.ts";
import { CloudIdentityRevisionEntity } from "../../subgraphs/ownership/identity/identity-revision.entity.ts";
import {
  entryOfIdentityRevision,
  entryOfOwnershipRevision,
} from "../../subgraphs/ownership/ledger/ownership-content.ts";
import { OwnershipRevisionEntity } from "../../subgraphs/ownership/ownership/ownership-revision.entity.ts";
import { lineOf } from "../access-log/lines.ts";
import { OFFER, openTown, REGISTER, type Town } from "../ownership/town.ts";
import { freeze, frozen, lot } from "../recall/recalls.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";

const HOSTILE = 'quote " slash \\ / unicode é 漢 \u{1F600} line\u00a0end';
const NOTHING_KNOWN = {
  ...Object.fromEntries(RECORD_FIELDS.map((field) => [field, null])),
  attributes: {},
} as unknown as DeviceRecord;
let town: Town;
let gateway: FreshDatabase;
beforeAll(async () => {
  town = await openTown();
  gateway = await freshDatabase("gateway");
});
afterAll(async () => {
  await town?.close();
  await gateway?.drop();
});

/** Compares the entries that wait with those that these rows must have. */
async function expectEntries<Row extends object>(
  fresh: FreshDatabase,
  {
    text,
    actorOf,
    entryOf,
  }: {
    text: string;
    actorOf: (row: Row) => string | null;
    entryOf: (row: Row, person: Person) => Entry;
  },
): Promise<Row[]> {
  const database = fresh.open();
  try {
    const sql: Sql = database.tenant("acme");
    const rows = await sql.run<Row>(text);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const actor = actorOf(row);
      const [person] = actor === null ? [] : await readPersons(sql, "acme", [actor]);
      const entry = entryOf(row, person ?? new Person("", null));
      const found = await sql.run<{ entry: string }>(
        "SELECT entry FROM ledger_pending WHERE id = $1 AND tenant = 'acme'",
        [entry.id],
      );
      expect(found).toEqual([{ entry: entryText(entry) }]);
      expect(parseEntry(entryText(entry))).toEqual(entry);
    }
    return rows;
  } finally {
    await database.close();
  }
}

describe("what is written has its entry, made of the very row", () => {
  test("a revision: recorded, dated back, corrected, linked", async () => {
    const { factory } = town;
    await factory.define({ name: "colour", type: "TEXT" });
    await factory.define({ name: "count", type: "INTEGER" });
    await factory.define({ name: "weight", type: "DECIMAL" });
    await factory.define({ name: "sealed", type: "BOOLEAN" });
    await factory.record(
      {
        ...{ serialNumber: "SN-1", lotCode: "L-1", operator: "Ada Lovelace", phase: "TESTING" },
        ...{ producedAt: "2026-01-31T08:00:00.123456Z", effectiveAt: "2026-01-31T09:00:00+01:00" },
        attributes: { colour: HOSTILE, count: -0, weight: "1.50", sealed: true },
      },
      { serialNumber: "SN-2", lotCode: "L-1", partNumber: HOSTILE },
    );
    await factory.record({ serialNumber: "SN-2", fwVersion: "1.0" });
    await factory.correct("SN-1", 1, { lotCode: "L-2", attributes: { count: 42 } });
    const rows = await expectEntries<RevisionRow>(factory.database, {
      text: `SELECT ${selectList(DeviceRevisionEntity)} FROM device_revision`,
      actorOf: ({ actor }) => actor,
      entryOf: (row, person) => entryOfRow("acme", row, person),
    });
    expect(rows).toHaveLength(4);
  });

  test("a revision that says from when it is true is never recorded at that very moment", async () => {
    const database = town.factory.database.open();
    const sql = database.tenant("acme");
    const times = () =>
      sql.run<{ isSame: boolean }>(
        `SELECT effective_at = recorded_at AS "isSame" FROM device_revision
         WHERE serial_number = 'AT-1' ORDER BY revision`,
      );
    const record = { ...NOTHING_KNOWN, serialNumber: "AT-1", disposition: "RELEASED" as const };
    // As PostgreSQL reads it: the time of the statement, to the microsecond.
    const stamp = { actor: "ada", reason: null, source: null, effectiveAt: "now" };
    const change = { record, changed: ["serialNumber"], ...stamp };
    const due = { known: null, deviceId: 9_000_001, revision: 1, change };
    const write = (text: Statement, one: Due) =>
      sql.rows(
        text,
        writingParameters("acme", [one], { definitions: [], values: [], persons: null }),
      );
    await write(INSERT_NEW, due);
    await write(REVISE_KNOWN, { ...due, revision: 2 });
    await write(REVISE_KNOWN, { ...due, revision: 3, change: { ...change, effectiveAt: null } });
    expect(await times()).toEqual([{ isSame: false }, { isSame: false }, { isSame: true }]);
    await database.close();
    await town.factory.database.admin(
      `SET session_replication_role = replica; DELETE FROM device_revision WHERE device_id = 9000001;
       DELETE FROM device WHERE device_id = 9000001`,
    );
  });

  test("a frozen recall with its very devices, and its withdrawal", async () => {
    const { factory } = town;
    const { id } = await frozen(factory, { reason: HOSTILE, criteria: lot("L-1") });
    await factory.ask(
      "recall_manager",
      `mutation ($id: ID!) { withdrawRecall(id: $id, reason: "a mistake") { id } }`,
      { id },
    );
    await expectEntries<FrozenRecall & { actor: string }>(factory.database, {
      text: `SELECT ${selectList(RecallEntity)}, frozen_by AS actor, (SELECT ${ITEMS_HASH}
        FROM recall_item i WHERE i.recall_id = r.recall_id) AS items FROM recall r`,
      actorOf: ({ actor }) => actor,
      entryOf: (row, person) => entryOfRecall("acme", row, person),
    });
    await expectEntries<{ recallId: number; withdrawnAt: string; reason: string; actor: string }>(
      factory.database,
      {
        text: `SELECT recall_id AS "recallId", withdrawn_at AS "withdrawnAt", reason,
          withdrawn_by AS actor FROM recall_withdrawal`,
        actorOf: ({ actor }) => actor,
        entryOf: (row, person) => entryOfWithdrawal("acme", row, person),
      },
    );
  });

  test("a provisioning: begun, settled, refused, suspended, its claim code replaced", async () => {
    const [made] = await town.provision({ serialNumber: "P-1", isProtected: true });
    const connhexId = String(made?.connhexId);
    await town.get(
      "engineering",
      `mutation ($id: ID!) { changeIdentityState(connhexId: $id, state: SUSPENDED, reason: "lost") { state } }`,
      { id: connhexId },
    );
    await town.get(
      "engineering",
      `mutation ($id: ID!) { changeIdentityState(connhexId: $id, state: ACTIVE, reason: "found") { state } }`,
      { id: connhexId },
    );
    await town.get(
      "engineering",
      `mutation ($id: ID!) { replaceClaimCode(connhexId: $id, reason: "torn") { claimCode } }`,
      { id: connhexId },
    );
    const rows = await expectEntries<CloudIdentityRevisionEntity>(town.database, {
      text: `SELECT ${selectList(CloudIdentityRevisionEntity)} FROM cloud_identity_revision`,
      actorOf: ({ actor }) => actor,
      entryOf: entryOfIdentityRevision,
    });
    expect(rows.map(({ serialNumber }) => serialNumber)).toEqual(Array(5).fill("P-1"));
  });

  test("an ownership: registered, transferred, released", async () => {
    await town.provision({ serialNumber: "O-1", connhexId: "chx-o-1" });
    const owner = { kind: "PERSON", displayName: "Olga Owner", email: "olga@owner.example" };
    await town.get("owner", REGISTER, { input: { connhexId: "chx-o-1", owner } });
    const offer = await town.get("owner", OFFER, { connhexId: "chx-o-1" });
    expect(offer.offerOwnershipTransfer.code).toBeTruthy();
    await town.get(
      "support",
      `mutation { releaseOwnership(connhexId: "chx-o-1", reason: "sent back by Olga Owner") { id } }`,
    );
    const rows = await expectEntries<OwnershipRevisionEntity>(town.database, {
      text: `SELECT ${selectList(OwnershipRevisionEntity)} FROM ownership_revision`,
      actorOf: ({ actor }) => actor,
      entryOf: entryOfOwnershipRevision,
    });
    expect(rows.map(({ kind }) => kind)).toEqual(["REGISTERED", "RELEASED"]);
  });

  test("a line of the access log", async () => {
    const database = gateway.open();
    const accessLog = openAccessLog(database);
    await Promise.all([
      accessLog.record(lineOf({ tenant: "acme", subject: "ada", ms: 0.1 })),
      accessLog.record(
        lineOf({ tenant: "acme", subject: "bob", ms: 1_677_721.7, client: HOSTILE }),
      ),
      accessLog.record(
        lineOf({ tenant: "acme", subject: "ada", operationName: HOSTILE, roles: [] }),
      ),
    ]);
    await accessLog.close();
    await database.close();
    await expectEntries<LineRow>(gateway, {
      text: `SELECT ${LINE_COLUMNS} FROM access_log r`,
      actorOf: ({ subject }) => subject,
      entryOf: entryOfLine,
    });
  });
});

describe("an entry", () => {
  test("names nobody: neither who did it, nor whom it is about, nor why", async () => {
    const entries = [
      ...(await town.factory.database.admin<{ entry: string }>("SELECT entry FROM ledger_pending")),
      ...(await town.database.admin<{ entry: string }>("SELECT entry FROM ledger_pending")),
      ...(await gateway.admin<{ entry: string }>("SELECT entry FROM ledger_pending")),
    ];
    expect(entries.length).toBeGreaterThan(20);
    const words = /Ada|Olga|owner\.example|line-1|support-1|engineering-1|mistake|lost|torn|SN-1/;
    expect(entries.filter(({ entry }) => words.test(entry))).toEqual([]);
  });

  test("is rolled back with what it is about", async () => {
    const { factory } = town;
    const count = async () => (await factory.database.admin("SELECT 1 FROM ledger_pending")).length;
    const before = await count();
    const { codes } = await freeze(factory, { criteria: lot("L-1"), expectedCount: 77 });
    expect(codes).toEqual(["SCOPE_CHANGED"]);
    expect(await count()).toBe(before);
  });

  test("says of a revision every column of its row, and of a new column nothing until it has a value", () => {
    const person = new Person("ada", Buffer.alloc(32, 7));
    const record: Record<string, unknown> = { attributes: { b: 1, a: "x" } };
    for (const { property, type } of columnsOf(DeviceRevisionEntity)) {
      if (type === "jsonb") continue;
      record[property] = type.endsWith("[]") ? ["x"] : property;
    }
    const text = revisionContent(record as never, record as never, person);
    const said = JSON.parse(text);
    const elsewhere = ["actor", "deviceId", "recordedAt", "revision", "tenant"];
    const columns = columnsOf(DeviceRevisionEntity).map(({ property }) => property);
    expect(Object.keys(said)).toEqual(columns.filter((name) => !elsewhere.includes(name)).sort());
    expect(text).toBe(canonicalJson(said));
    expect(said.operator).toBe(person.commit("operator"));
  });
});
