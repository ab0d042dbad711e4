import { parseNote, signNote } from "../../shared/ledger/note.ts";
import { pendingLogKey } from "../../shared/ledger-store/log-key-entry.ts";
import { now } from "../../shared/time.ts";
import { newSigner } from "../witness/small-log.ts";
import type { Attack } from "./attack.ts";
import { ForgedLog } from "./forged-log.ts";
import { ROW_ATTACKS } from "./row-attacks.ts";

/** What can be done to make an audit believe somebody else, or look away. */
export const TRUST_ATTACKS: Readonly<Record<string, Attack>> = {
  "takes all cosignatures away": async ({ sql }) => {
    await sql.run("DELETE FROM ledger_cosignature");
    return { what: "", by: "AUDIT", code: "COSIGNATURE_MISSING" };
  },
  "takes a witness's cosignatures away": async ({ sql, random }) => {
    const lines = await sql.run<{ witness: string }>("SELECT witness FROM ledger_cosignature");
    const { witness } = random.pick(lines);
    await sql.run("DELETE FROM ledger_cosignature WHERE witness = $1", [witness]);
    return { what: witness, by: "AUDIT", code: "COSIGNATURE_MISSING" };
  },
  "answers in the place of the witnesses that they have seen nothing": async () => {
    return { what: "", by: "AUDIT", code: "WITNESS_FORGOT", isForgotten: true };
  },
  "signs an old checkpoint with a key that is entered afterwards": async (target) => {
    const { sql, origin, signer } = target;
    const own = newSigner(origin);
    const key = { keyId: own.keyId, verifierKey: own.verifierKey, at: now() };
    await sql.run("INSERT INTO ledger_key (key_id, verifier_key, at) VALUES ($1, $2, $3)", [
      ...[key.keyId, key.verifierKey, key.at],
    ]);
    const { text, ...entry } = pendingLogKey(key);
    const log = await ForgedLog.read(sql);
    log.entries.push({ ...entry, entry: text });
    // The log's own key has signed all of it, as a sequencer that goes on would.
    await log.write(sql, "SIGNATURES", { origin, signer });
    const [old] = await sql.run<{ size: number; note: string }>(
      "SELECT size, note FROM ledger_checkpoint ORDER BY size LIMIT 1",
    );
    if (!old) return null;
    await sql.run("UPDATE ledger_checkpoint SET note = $2 WHERE size = $1", [
      ...[old.size, signNote(parseNote(old.note).text, [own])],
    ]);
    return { what: `that of ${old.size}`, by: "AUDIT", code: "CHECKPOINT_UNSIGNED" };
  },
  "inserts a row, and says that such are still to be entered": async (target) => {
    const done = await ROW_ATTACKS["inserts a row"]?.(target);
    await target.sql.run("UPDATE ledger_backfill SET is_done = false, after = '{}'");
    return done ? { ...done, code: "BACKFILL_REOPENED" } : null;
  },
  "drops a month of the access log": inGateway(async ({ sql, random }) => {
    const [line] = await sql.run<{ entry: string; month: string }>(
      `SELECT 'access/' || line AS entry, tableoid::regclass::text AS month FROM access_log
       ORDER BY md5(line || $1) LIMIT 1`,
      [String(random.word())],
    );
    if (!line) return null;
    await sql.run(`DROP TABLE ${line.month}`);
    const code = "ENTRY_WITHOUT_ROW" as const;
    return { what: line.month, by: "AUDIT", entry: line.entry, code };
  }),
};

function inGateway(attack: Attack): Attack {
  return Object.assign(attack, { service: "gateway" as const });
}
