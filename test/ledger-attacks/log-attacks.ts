import { verifierOf } from "../../shared/ledger/cosignature.ts";
import { entryText, parseEntry } from "../../shared/ledger-store/entry.ts";
import { newSigner } from "../witness/small-log.ts";
import type { Attack, Done, Target } from "./attack.ts";
import { DEPTHS, type Depth, type ForgedEntry, ForgedLog } from "./forged-log.ts";

/** All but signatures, which need the log's key. */
const UNSIGNED = DEPTHS.filter((depth) => depth !== "SIGNATURES");

/** How entries are changed; answers what was done, and the id of an entry that is concerned. */
type Change = (log: ForgedLog, target: Target) => { what: string; entry: string };

const CHANGES: Readonly<Record<string, Change>> = {
  "edits an entry": ({ entries }, { random }) => {
    const at = random.below(entries.length);
    const old = entries[at] as ForgedEntry;
    const parsed = parseEntry(old.entry);
    const content = parsed.content.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    entries[at] = { ...old, entry: entryText({ ...parsed, content }) };
    return { what: `${old.id} at ${at}`, entry: old.id };
  },
  "deletes an entry": ({ entries }, { random }) => {
    const at = random.below(entries.length);
    const [gone] = entries.splice(at, 1);
    return { what: `${gone?.id} at ${at}`, entry: gone?.id ?? "" };
  },
  "cuts the log off": ({ entries }, { random }) => {
    const at = random.between(1, entries.length - 1);
    const [gone] = entries.splice(at);
    return { what: `at ${at}`, entry: gone?.id ?? "" };
  },
  "inserts an entry": ({ entries }, { random }) => {
    const at = random.below(entries.length + 1);
    const like = random.pick(entries);
    const id = `${like.id}7`;
    const entry = entryText({ ...parseEntry(like.entry), id });
    entries.splice(at, 0, { ...like, id, entry });
    return { what: `${id} at ${at}`, entry: id };
  },
  "enters something twice": ({ entries }, { random }) => {
    const like = random.pick(entries);
    entries.splice(random.below(entries.length + 1), 0, { ...like });
    return { what: like.id, entry: like.id };
  },
  "lets two entries change places": ({ entries }, { random }) => {
    const [a, b] = [random.below(entries.length), random.below(entries.length)];
    const other = a === b ? (a + 1) % entries.length : b;
    const [first, second] = [entries[a], entries[other]] as [ForgedEntry, ForgedEntry];
    [entries[a], entries[other]] = [second, first];
    return { what: `${first.id} and ${second.id}`, entry: first.id };
  },
};

async function changed(target: Target, name: string, depth: Depth): Promise<Done> {
  const log = await ForgedLog.read(target.sql);
  const { what } = (CHANGES[name] as Change)(log, target);
  const { origin, signer } = target;
  await log.write(target.sql, depth, { origin, signer });
  const by =
    depth === "SIGNATURES" && name === "lets two entries change places" ? "WITNESS" : "AUDIT";
  return { what: `${what}, and ${depth.toLowerCase()}`, by };
}

/** What can be done to a log. */
export const LOG_ATTACKS: Readonly<Record<string, Attack>> = {
  ...Object.fromEntries(
    Object.keys(CHANGES).flatMap((name): [string, Attack][] => [
      [name, (target) => changed(target, name, target.random.pick(UNSIGNED))],
      [`${name} as the operator`, (target) => changed(target, name, "SIGNATURES")],
    ]),
  ),
  "takes a leaf out": async ({ sql, random }) => {
    const [{ size } = { size: 0 }] = await sql.run<{ size: number }>(
      "SELECT count(*) AS size FROM ledger_leaf",
    );
    const at = random.below(size);
    await sql.run("DELETE FROM ledger_leaf WHERE leaf_index = $1", [at]);
    return { what: `at ${at}`, by: "AUDIT" };
  },
  "lets an entry wait that nothing is written of": async ({ sql, random }) => {
    const { entries } = await ForgedLog.read(sql);
    const like = random.pick(entries);
    const id = `${like.id}8`;
    await sql.run("INSERT INTO ledger_pending (tenant, id, entry) VALUES ($1, $2, $3)", [
      ...[like.tenant, id, entryText({ ...parseEntry(like.entry), id })],
    ]);
    return { what: id, by: "AUDIT", entry: id };
  },
  "changes a tile": async ({ sql, random }) => {
    const isGone = random.chance(0.3);
    await sql.run(
      isGone
        ? "DELETE FROM ledger_tile WHERE level = 0 AND n = 0"
        : `UPDATE ledger_tile SET data = set_byte(data, $1, 255 - get_byte(data, $1))
           WHERE level = 0 AND n = 0`,
      isGone ? [] : [random.below(32)],
    );
    return { what: isGone ? "is gone" : "a hash", by: "AUDIT" };
  },
  "adds a tile": async ({ sql, random }) => {
    await sql.run("INSERT INTO ledger_tile VALUES ($1, $2, 1, sha256('x'))", [
      ...[random.between(0, 5), random.between(10, 99)],
    ]);
    return { what: "that no tree has", by: "AUDIT" };
  },
  "changes a checkpoint": async ({ sql, random }) => {
    const checkpoints = await sql.run<{ size: number; note: string }>(
      "SELECT size, note FROM ledger_checkpoint ORDER BY size",
    );
    const one = random.pick(checkpoints);
    const others = checkpoints.filter(({ size }) => size !== one.size);
    const kind = random.pick(["note", "root", "signature", "other"] as const);
    if (kind === "other" && others.length === 0) return null;
    const note =
      kind === "other"
        ? random.pick(others).note
        : kind === "signature"
          ? flippedSignature(one.note)
          : one.note.replace(/\n\d+\n/, `\n${one.size + 1}\n`);
    await sql.run(
      kind === "root"
        ? "UPDATE ledger_checkpoint SET root = sha256(root) WHERE size = $1"
        : "UPDATE ledger_checkpoint SET note = $2 WHERE size = $1",
      kind === "root" ? [one.size] : [one.size, note],
    );
    return { what: `the ${kind} of ${one.size}`, by: "AUDIT" };
  },
  "takes the newest checkpoint away": async ({ sql }) => {
    await sql.run("DELETE FROM ledger_cosignature");
    await sql.run(
      "DELETE FROM ledger_checkpoint WHERE size = (SELECT max(size) FROM ledger_checkpoint)",
    );
    return { what: "", by: "AUDIT" };
  },
  "says that the log is longer or shorter": async ({ sql, random }) => {
    await sql.run("UPDATE ledger_sequencer SET size = size + $1", [random.pick([-1, 1, 1_000])]);
    return { what: "", by: "AUDIT" };
  },
  "signs all of it with a key of his own": async ({ sql, origin }) => {
    const signer = newSigner(origin);
    const log = await ForgedLog.read(sql);
    await log.write(sql, "SIGNATURES", { origin, signer });
    await sql.run("UPDATE ledger_key SET key_id = $1, verifier_key = $2", [
      ...[signer.keyId, signer.verifierKey],
    ]);
    return { what: verifierOf(signer.verifierKey).keyId, by: "AUDIT" };
  },
  "changes a cosignature": async ({ sql, random }) => {
    const lines = await sql.run<{ size: number; witness: string; line: string }>(
      "SELECT size, witness, line FROM ledger_cosignature",
    );
    if (lines.length === 0) return null;
    const { size, witness, line } = random.pick(lines);
    await sql.run("UPDATE ledger_cosignature SET line = $3 WHERE size = $1 AND witness = $2", [
      ...[size, witness, flippedSignature(line)],
    ]);
    return { what: `of ${witness} on ${size}`, by: "AUDIT" };
  },
};

/** The same line with another bit in its signature. */
function flippedSignature(text: string): string {
  const [whole = "", encoded = ""] = / (\S+)\n$/.exec(text) ?? [];
  const bytes = Buffer.from(encoded, "base64");
  bytes[40] = (bytes[40] as number) ^ 1;
  return `${text.slice(0, -whole.length)} ${bytes.toString("base64")}\n`;
}
