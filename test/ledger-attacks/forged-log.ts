import { checkpointText } from "../../shared/ledger/checkpoint.ts";
import { type Hash, leafHash, rootOf } from "../../shared/ledger/merkle.ts";
import { type NoteSigner, signNote } from "../../shared/ledger/note.ts";
import { newTiles } from "../../shared/ledger/tiles.ts";
import type { Sql } from "../../shared/postgres/database.ts";

/** How much of a log is made to agree with entries that were changed; each does what those before it do. */
export const DEPTHS = ["ENTRIES", "HASHES", "TILES", "ROOTS", "SIGNATURES"] as const;
export type Depth = (typeof DEPTHS)[number];

/** An entry as its leaf has it. */
export interface ForgedEntry {
  tenant: string;
  id: string;
  entry: string;
}

interface Checkpoint {
  size: number;
  note: string;
}

/** A log that somebody writes anew as he would have it. */
export class ForgedLog {
  private constructor(
    readonly entries: ForgedEntry[],
    private readonly hashes: readonly Buffer[],
    private readonly checkpoints: readonly Checkpoint[],
  ) {}

  static async read(sql: Sql): Promise<ForgedLog> {
    const leaves = await sql.run<ForgedEntry & { hash: Buffer }>(
      "SELECT tenant, id, entry, hash FROM ledger_leaf ORDER BY leaf_index",
    );
    const checkpoints = await sql.run<Checkpoint>(
      "SELECT size, note FROM ledger_checkpoint ORDER BY size",
    );
    const entries = leaves.map(({ tenant, id, entry }) => ({ tenant, id, entry }));
    return new ForgedLog(
      entries,
      leaves.map(({ hash }) => hash),
      checkpoints,
    );
  }

  /** Where an entry of this id is; -1 where there is none. */
  indexOf(id: string): number {
    return this.entries.findIndex((entry) => entry.id === id);
  }

  /** Writes it in the place of the log; only with the key of a log can it be signed. */
  async write(
    sql: Sql,
    depth: Depth,
    sign?: { origin: string; signer: NoteSigner },
  ): Promise<void> {
    const level = DEPTHS.indexOf(depth);
    const made = this.entries.map(({ entry }) => leafHash(Buffer.from(entry)));
    const hashes = level >= 1 ? made : made.map((hash, at) => this.hashes[at] ?? hash);
    await this.writeLeaves(sql, hashes);
    if (level >= 2) await writeTiles(sql, hashes);
    if (level >= 3) await this.writeCheckpoints(sql, hashes, level >= 4 ? sign : undefined);
  }

  private async writeLeaves(sql: Sql, hashes: readonly Hash[]): Promise<void> {
    await sql.run("DELETE FROM ledger_leaf");
    await sql.run(
      `INSERT INTO ledger_leaf (leaf_index, tenant, id, entry, hash)
       SELECT place - 1, tenant, id, entry, hash
       FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[])
         WITH ORDINALITY AS l (tenant, id, entry, hash, place)`,
      [
        this.entries.map(({ tenant }) => tenant),
        this.entries.map(({ id }) => id),
        this.entries.map(({ entry }) => entry),
        hashes,
      ],
    );
  }

  private async writeCheckpoints(
    sql: Sql,
    hashes: readonly Hash[],
    sign?: { origin: string; signer: NoteSigner },
  ): Promise<void> {
    const size = hashes.length;
    const kept = this.checkpoints.filter((one) => one.size < size);
    const last = this.checkpoints.at(-1)?.note ?? "";
    await sql.run("DELETE FROM ledger_cosignature");
    await sql.run("DELETE FROM ledger_checkpoint");
    for (const one of [...kept, { size, note: last }]) {
      const root = rootOf(hashes.slice(0, one.size));
      const text = sign && checkpointText({ origin: sign.origin, size: BigInt(one.size), root });
      const note = sign && text ? signNote(text, [sign.signer]) : one.note;
      await sql.run("INSERT INTO ledger_checkpoint (size, root, note) VALUES ($1, $2, $3)", [
        ...[one.size, root, note],
      ]);
    }
    await sql.run("UPDATE ledger_sequencer SET size = $1", [size]);
  }
}

async function writeTiles(sql: Sql, hashes: readonly Hash[]): Promise<void> {
  const { tiles } = newTiles(0n, hashes, []);
  await sql.run("DELETE FROM ledger_tile");
  await sql.run(
    `INSERT INTO ledger_tile (level, n, width, data)
     SELECT * FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::bytea[])`,
    [
      tiles.map(({ level }) => level),
      tiles.map(({ n }) => n),
      tiles.map(({ width }) => width),
      tiles.map(({ data }) => data),
    ],
  );
}
