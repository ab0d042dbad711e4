import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { verifierOf } from "../../shared/ledger/cosignature.ts";
import { auditLog } from "../../shared/ledger-audit/audit-log.ts";
import {
  type AuditCode,
  type AuditDeviation,
  Findings,
} from "../../shared/ledger-audit/findings.ts";
import { entryText } from "../../shared/ledger-store/entry.ts";
import { ForgedLog } from "../ledger-attacks/forged-log.ts";
import { Superuser } from "../ledger-attacks/superuser.ts";
import { newLogKeys } from "../ledger-store/sequenced-log.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";

const SIZES = [5_119, 5_120, 5_121, 5_376];
const keys = newLogKeys("gateway");
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

/** What an audit says of a log of so many entries, all without rows, after a change. */
async function codesAfter(size: number, change: string): Promise<AuditDeviation[]> {
  return superuser.meanwhile(
    async (sql) => {
      const log = await ForgedLog.read(sql);
      for (let at = 0; at < size; at += 1) {
        const id = `access/${at}`;
        const text = entryText({
          ...{ actor: "ab", at: "2026-01-01T00:00:00.000000Z", content: "00".repeat(32) },
          ...{ id, tenant: "acme", type: "ACCESS" },
        });
        log.entries.push({ tenant: "acme", id, entry: text });
      }
      const [signer] = keys.signers;
      if (!signer) throw new Error("no key");
      await log.write(sql, "SIGNATURES", { origin: keys.origin, signer });
      if (change !== "") await sql.run(change);
    },
    async (sql) => {
      const told: AuditDeviation[] = [];
      const findings = new Findings("gateway", 1_000, (deviation) => void told.push(deviation));
      const { entries } = await auditLog({
        ...{ sql, sources: [], origin: keys.origin, seen: [], findings },
        witnesses: { verifiers: [], isEnough: null, graceSeconds: 0 },
        pinned: keys.signers.map(({ verifierKey }) => verifierOf(verifierKey)),
      });
      expect(entries).toBeGreaterThan(size - 3);
      return told.filter(({ code }) => code !== "ENTRY_WITHOUT_ROW");
    },
  );
}

test.each(SIZES)("the tree of %s entries is what its entries give", async (size) => {
  expect(await codesAfter(size, "")).toEqual([]);
});

const LEAF = "UPDATE ledger_leaf SET entry = entry || ' '";
const FLIP = "set_byte(data, 3, 255 - get_byte(data, 3))";

test.each<[string, string, [AuditCode, number | null][]]>([
  [
    "an entry of the second page",
    `${LEAF} WHERE leaf_index = 5200`,
    [
      ["LEAF_CHANGED", 5_200],
      ["LEAF_CHANGED", 5_200],
      ["CHECKPOINT_WRONG", 0],
    ],
  ],
  [
    "an entry that is gone",
    "DELETE FROM ledger_leaf WHERE leaf_index = 5130",
    [["LEAF_MISSING", 5_130]],
  ],
  [
    "the last entry, gone",
    "DELETE FROM ledger_leaf WHERE leaf_index = 5375",
    [
      ["LEAF_MISSING", 5_375],
      ["TILE_WRONG", null],
      ["TILE_WRONG", null],
    ],
  ],
  [
    "a tile of level 0",
    `UPDATE ledger_tile SET data = ${FLIP} WHERE level = 0 AND n = 7`,
    [["LEAF_CHANGED", 7 * 256]],
  ],
  [
    "the tile of level 1",
    `UPDATE ledger_tile SET data = ${FLIP} WHERE level = 1`,
    [["TILE_WRONG", null]],
  ],
])("%s is told where it is", async (_, change, expected) => {
  const told = await codesAfter(5_376, change);
  const sorted = told.map(({ code, index }) => [code, index]).sort();
  expect(sorted).toEqual([...expected].sort());
});
