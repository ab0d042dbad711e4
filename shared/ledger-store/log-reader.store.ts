import DataLoader from "dataloader";
import {
  consistencyPath,
  HASH_BYTES,
  type Hash,
  inclusionPath,
  type SubtreeReader,
} from "../ledger/merkle.ts";
import { withSignatureLines } from "../ledger/note.ts";
import {
  encodeEntryBundle,
  TILE_WIDTH,
  type TileName,
  tileReader,
  tileWidth,
} from "../ledger/tiles.ts";
import { type Sql, statement } from "../postgres/database.ts";
import type { Timestamp } from "../time.ts";
import { NO_TENANT } from "./log-key-entry.ts";
import type { StoredLogKey } from "./sequencer.store.ts";

const CHECKPOINT = `SELECT c.size, c.root, c.note, c.at, coalesce((
    SELECT string_agg(s.line, '' ORDER BY s.at, s.witness)
    FROM ledger_cosignature s WHERE s.size = c.size), '') AS cosignatures
  FROM ledger_checkpoint c`;
const LATEST = statement("ledger_latest", `${CHECKPOINT} ORDER BY c.size DESC LIMIT 1`);
/** The newest that so many witnesses have cosigned; of the last ones only, or it would look for long. */
const WITNESSED = statement(
  "ledger_witnessed",
  `${CHECKPOINT} WHERE c.size = (
     SELECT size FROM (
       SELECT size FROM ledger_cosignature ORDER BY size DESC LIMIT 200) AS recent
     GROUP BY size HAVING count(*) >= $1 ORDER BY size DESC LIMIT 1)`,
);
const TILES = statement(
  "ledger_tiles",
  `SELECT t.level, t.n, t.data FROM unnest($1::integer[], $2::bigint[]) AS asked (level, n)
   JOIN ledger_tile t ON t.level = asked.level AND t.n = asked.n`,
);
const ENTRIES = statement(
  "ledger_entries",
  `SELECT id, leaf_index AS index, entry, hash FROM ledger_leaf
   WHERE tenant = $1 AND id = ANY ($2::text[]) ORDER BY leaf_index`,
);
const BUNDLE = statement(
  "ledger_bundle",
  `SELECT entry FROM ledger_leaf
   WHERE tenant IN ($1, '${NO_TENANT}') AND leaf_index >= $2 AND leaf_index < $3
   ORDER BY leaf_index`,
);
const KEYS = statement(
  "ledger_keys_read",
  `SELECT key_id AS "keyId", verifier_key AS "verifierKey", at FROM ledger_key ORDER BY at, key_id`,
);

/** A checkpoint as anybody may have it: with the cosignatures that it has so far. */
export interface PublishedCheckpoint {
  size: bigint;
  root: Hash;
  note: string;
  at: Timestamp;
}

/** An entry and its place in the log. */
export interface LoggedEntry {
  id: string;
  index: bigint;
  /** Its UTF-8 bytes are the entry. */
  entry: string;
  hash: Hash;
}

/** That an entry is in the log: what goes into a proof file. */
export interface EntryProof extends LoggedEntry {
  path: Hash[];
  checkpoint: PublishedCheckpoint;
}

interface CheckpointRow extends Omit<PublishedCheckpoint, "size"> {
  size: number;
  cosignatures: string;
}

const TILES_PER_STATEMENT = 256;
const ENTRIES_PER_STATEMENT = 1_000;

/** Reads a service's log, for one tenant. Lives for one request. */
export class LogReader {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** The newest checkpoint; null where the log is empty. */
  async latest(): Promise<PublishedCheckpoint | null> {
    return published(await this.sql.rows<CheckpointRow>(LATEST));
  }

  /** The newest checkpoint that so many witnesses have cosigned. */
  async witnessed(witnesses: number): Promise<PublishedCheckpoint | null> {
    return published(await this.sql.rows<CheckpointRow>(WITNESSED, [witnesses]));
  }

  /** Every key that has signed for the log, the oldest first. */
  keys(): Promise<StoredLogKey[]> {
    return this.sql.rows<StoredLogKey>(KEYS);
  }

  /** A tile as wide as it is asked for; null where the log has none so wide. */
  async tile({ level, n, width }: TileName): Promise<Buffer | null> {
    const data = await this.tiles.load({ level, n });
    if (data === null || data.length < width * HASH_BYTES) return null;
    return data.subarray(0, width * HASH_BYTES);
  }

  /**
   * A bundle of entries; null where the log has none so wide. FOREIGN where another tenant's entry is
   * in it: a bundle is given whole or not at all.
   */
  async bundle(n: bigint, width: number): Promise<Buffer | "FOREIGN" | null> {
    const first = n * BigInt(TILE_WIDTH);
    const last = await this.latest();
    if (!last || tileWidth(last.size, 0, n) < width) return null;
    const values = [this.tenant, first, first + BigInt(width)];
    const rows = await this.sql.rows<{ entry: string }>(BUNDLE, values);
    if (rows.length < width) return "FOREIGN";
    return encodeEntryBundle(rows.map(({ entry }) => Buffer.from(entry)));
  }

  /** An entry by its id; null where it has not been sequenced yet, or never was. */
  entry(id: string): Promise<LoggedEntry | null> {
    return this.entries.load(id);
  }

  /** The proof that an entry is in the tree of this checkpoint; null where it is not. */
  async proof(id: string, checkpoint: PublishedCheckpoint): Promise<EntryProof | null> {
    const found = await this.entry(id);
    if (!found || found.index >= checkpoint.size) return null;
    const path = await inclusionPath(found.index, checkpoint.size, this.subtrees(checkpoint.size));
    return { ...found, path, checkpoint };
  }

  /** The proof that a larger tree of this log begins with a smaller one. */
  consistency(oldSize: bigint, newSize: bigint): Promise<Hash[]> {
    return consistencyPath(oldSize, newSize, this.subtrees(newSize));
  }

  private readonly readers = new Map<bigint, SubtreeReader>();

  private subtrees(size: bigint): SubtreeReader {
    const known = this.readers.get(size);
    if (known) return known;
    const reader = tileReader(async (name) => {
      const data = await this.tile(name);
      if (data === null) throw new Error(`the log lacks tile ${name.level}/${name.n}`);
      return data;
    }, size);
    this.readers.set(size, reader);
    return reader;
  }

  private readonly tiles = new DataLoader<Omit<TileName, "width">, Buffer | null, string>(
    async (asked) => {
      const rows = await this.sql.rows<{ level: number; n: number; data: Buffer }>(TILES, [
        asked.map(({ level }) => level),
        asked.map(({ n }) => n),
      ]);
      const found = new Map(rows.map(({ level, n, data }) => [`${level}/${n}`, data]));
      return asked.map(({ level, n }) => found.get(`${level}/${n}`) ?? null);
    },
    { maxBatchSize: TILES_PER_STATEMENT, cacheKeyFn: ({ level, n }) => `${level}/${n}` },
  );

  private readonly entries = new DataLoader<string, LoggedEntry | null>(
    async (ids) => {
      type Row = Omit<LoggedEntry, "index"> & { index: number };
      const rows = await this.sql.rows<Row>(ENTRIES, [this.tenant, ids]);
      const found = new Map<string, LoggedEntry>();
      // The first entry of a thing is the one that counts.
      for (const row of rows.reverse()) found.set(row.id, { ...row, index: BigInt(row.index) });
      return ids.map((id) => found.get(id) ?? null);
    },
    { maxBatchSize: ENTRIES_PER_STATEMENT },
  );
}

function published([row]: readonly CheckpointRow[]): PublishedCheckpoint | null {
  if (!row) return null;
  const { cosignatures, size, note, ...rest } = row;
  return { ...rest, size: BigInt(size), note: withSignatureLines(note, [cosignatures]) };
}
