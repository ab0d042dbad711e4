import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { verifierOf } from "../../shared/ledger/cosignature.ts";
import { auditLog } from "../../shared/ledger-audit/audit-log.ts";
import { type AuditDeviation, Findings } from "../../shared/ledger-audit/findings.ts";
import { entryText } from "../../shared/ledger-store/entry.ts";
import { pendingLogKey } from "../../shared/ledger-store/log-key-entry.ts";
import { type Mark, markEntry } from "../../shared/ledger-store/mark-entry.ts";
import type { Sql } from "../../shared/postgres/database.ts";
import { auditSources } from "../../start/audit.ts";
import { ForgedLog } from "../ledger-attacks/forged-log.ts";
import { Superuser } from "../ledger-attacks/superuser.ts";
import { newLogKeys } from "../ledger-store/sequenced-log.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";

const { origin, signers } = newLogKeys("gateway");
const [signer] = signers;
const MARK: Mark = { type: "BACKFILL", name: "access_log", at: "2026-01-01T00:00:00.000000Z" };
let fresh: FreshDatabase;
let superuser: Superuser;
beforeAll(async () => {
  fresh = await freshDatabase("gateway");
  superuser = new Superuser(fresh);
});
afterAll(async () => {
  await superuser?.close();
  await fresh?.drop();
});

/** A log that has begun an hour after the one line was recorded, and an hour before the other. */
async function beginBetween(sql: Sql, marks: readonly Mark[]): Promise<void> {
  if (!signer) throw new Error("no key");
  const [month] = await sql.run<{ start: string }>(
    "SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month')::text AS start",
  );
  const hour = (n: number) => `'${month?.start}'::timestamp AT TIME ZONE 'UTC' + interval '${n} h'`;
  await sql.run(`INSERT INTO person_key (tenant, subject, key) VALUES ('acme', 's', sha256('s'))`);
  for (const [line, at] of [
    [1, hour(1)],
    [2, hour(3)],
  ]) {
    await sql.run(`INSERT INTO access_log (tenant, line, at, request_id, subject, roles, devices,
      device_count, outcomes, status, ms)
      VALUES ('acme', ${line}, ${at}, 'r', 's', '{}', '{}', 0, '{}', 200, 1)`);
  }
  await sql.run(`INSERT INTO ledger_key (key_id, verifier_key, at) VALUES ($1, $2, ${hour(2)})`, [
    signer.keyId,
    signer.verifierKey,
  ]);
  const [key] = await sql.run<{ at: string }>("SELECT at FROM ledger_key");
  const log = await ForgedLog.read(sql);
  const { text, ...entry } = pendingLogKey({ ...signer, at: key?.at ?? "" });
  log.entries.push({ ...entry, entry: text });
  for (const mark of marks) {
    const { tenant, id, ...more } = markEntry(mark);
    log.entries.push({ tenant, id, entry: entryText({ tenant, id, ...more }) });
  }
  await log.write(sql, "SIGNATURES", { origin, signer });
  await sql.run("UPDATE ledger_backfill SET is_done = false");
}

async function audited(marks: readonly Mark[]) {
  return superuser.meanwhile(
    (sql) => beginBetween(sql, marks),
    async (sql) => {
      const told: AuditDeviation[] = [];
      const findings = new Findings("gateway", 10, (deviation) => void told.push(deviation));
      const counts = await auditLog({
        ...{ sql, sources: await auditSources("gateway", sql), origin, seen: [], findings },
        pinned: signers.map(({ verifierKey }) => verifierOf(verifierKey)),
        witnesses: { verifiers: [], isEnough: null, graceSeconds: 0 },
      });
      return { told: told.map(({ code, entry }) => [code, entry]), waiting: counts.unentered };
    },
  );
}

test("only a row of before the log may wait for its entry", async () => {
  expect(await audited([])).toEqual({ told: [["ROW_WITHOUT_ENTRY", "access/2"]], waiting: 1 });
});

test("no row may, once the log has said that all of them have their entries", async () => {
  const { told, waiting } = await audited([MARK]);
  expect(waiting).toBe(0);
  expect(told.sort()).toEqual([
    ["BACKFILL_REOPENED", null],
    ["ROW_WITHOUT_ENTRY", "access/1"],
    ["ROW_WITHOUT_ENTRY", "access/2"],
  ]);
});

test("what only looks as if the log said so is an entry without a row", async () => {
  const other = { ...MARK, name: "access" };
  const { told } = await audited([other, MARK, MARK]);
  expect(told).toContainEqual(["ENTRY_WITHOUT_ROW", "backfill/access_log"]);
});
