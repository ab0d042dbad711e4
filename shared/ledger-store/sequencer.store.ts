import type { Hash } from "../ledger/merkle.ts";
import { HASH_BYTES } from "../ledger/merkle.ts";
import { hashesOf, partialTiles, type Tile } from "../ledger/tiles.ts";
import { type Sql, statement } from "../postgres/database.ts";
import { LEDGER_LIMITS } from "./limits.ts";

const TAKE_LEASE = statement(
  "ledger_take_lease",
  `UPDATE ledger_sequencer SET holder = $1, epoch = epoch + 1,
     until = clock_timestamp() + make_interval(secs => $2)
   WHERE until < clock_timestamp() OR holder = $1
   RETURNING epoch`,
);
const RENEW_LEASE = statement(
  "ledger_renew_lease",
  `UPDATE ledger_sequencer SET until = clock_timestamp() + make_interval(secs => $2),
     drained_at = CASE WHEN $3 THEN greatest(drained_at, now()) ELSE drained_at END
   WHERE epoch = $1 RETURNING epoch`,
);
const END_LEASE = statement(
  "ledger_end_lease",
  "UPDATE ledger_sequencer SET until = '-infinity' WHERE epoch = $1",
);
const LAG = statement(
  "ledger_lag",
  `SELECT size, CASE WHEN EXISTS (SELECT FROM ledger_pending)
     THEN extract(epoch FROM clock_timestamp() - drained_at)::float8 ELSE 0 END AS "lagSeconds"
   FROM ledger_sequencer`,
);
const IS_DUE = statement("ledger_is_due", "SELECT EXISTS (SELECT FROM ledger_pending) AS is_due");
/** Whoever else sequences waits here, and then finds that it does not any more. */
const HOLD = statement(
  "ledger_hold",
  "SELECT size FROM ledger_sequencer WHERE epoch = $1 FOR UPDATE",
);
/**
 * Entries go from the queue to their places in the log. PostgreSQL hashes them where they are: what
 * comes back is 32 bytes for each.
 */
const SEQUENCE = statement(
  "ledger_sequence",
  `WITH taken AS (
     DELETE FROM ledger_pending
     WHERE ctid = ANY (ARRAY (SELECT ctid FROM ledger_pending LIMIT $2))
     RETURNING tenant, id, entry
   ), added AS (
     INSERT INTO ledger_leaf (leaf_index, tenant, id, entry, hash)
     SELECT $1::bigint + row_number() OVER () - 1, tenant, id, entry,
       sha256('\\x00'::bytea || convert_to(entry, 'UTF8'))
     FROM taken RETURNING leaf_index, hash
   )
   SELECT string_agg(hash, ''::bytea ORDER BY leaf_index) AS hashes FROM added`,
);
const GROW = statement(
  "ledger_grow",
  `WITH tiles AS (
     INSERT INTO ledger_tile (level, n, width, data)
     SELECT * FROM unnest($4::integer[], $5::bigint[], $6::integer[], $7::bytea[])
     ON CONFLICT (level, n) DO UPDATE SET width = EXCLUDED.width, data = EXCLUDED.data
   ), signed AS (
     INSERT INTO ledger_checkpoint (size, root, note) VALUES ($3, $8, $9)
   )
   UPDATE ledger_sequencer SET size = $3,
     until = greatest(until, clock_timestamp() + make_interval(secs => $10)),
     drained_at = CASE WHEN $11 THEN greatest(drained_at, now()) ELSE drained_at END
   WHERE epoch = $1 AND size = $2 RETURNING epoch`,
);
const STATE = statement(
  "ledger_state",
  `SELECT s.size, c.root, c.note,
     coalesce((SELECT max(leaf_index) + 1 FROM ledger_leaf), 0)::bigint AS leaves
   FROM ledger_sequencer s LEFT JOIN ledger_checkpoint c ON c.size = s.size`,
);
const TILES = statement(
  "ledger_tiles_of_edge",
  `SELECT t.level, t.n, t.width, t.data FROM ledger_tile t
   JOIN unnest($1::integer[], $2::bigint[]) AS e (level, n) ON e.level = t.level AND e.n = t.n`,
);
const KEYS = statement(
  "ledger_keys",
  `SELECT key_id AS "keyId", verifier_key AS "verifierKey", at FROM ledger_key ORDER BY at, key_id`,
);
const ADD_KEY = statement(
  "ledger_add_key",
  `WITH key AS (
     INSERT INTO ledger_key (key_id, verifier_key, at) VALUES ($1, $2, $3::timestamptz)
     ON CONFLICT DO NOTHING RETURNING key_id
   )
   INSERT INTO ledger_pending (tenant, id, entry) SELECT $4, $5, $6 FROM key`,
);

/** What a log was when it was last written. */
export interface StoredState {
  size: bigint;
  /** Null where it is empty. */
  root: Hash | null;
  note: string | null;
  /** One more than the highest index. */
  leaves: bigint;
  edge: Buffer[];
}

/** A key that has signed for the log. */
export interface StoredLogKey {
  keyId: string;
  verifierKey: string;
  at: string;
}

/** What a transaction of the sequencer writes beside the leaves. */
export interface Growth {
  oldSize: bigint;
  size: bigint;
  root: Hash;
  note: string;
  tiles: readonly Tile[];
  /** Whether nothing was left to be entered. */
  isDrained: boolean;
}

/** All SQL of the sequencer, which works for all tenants. `sql` is of its role. */
export class SequencerStore {
  constructor(private readonly sql: Sql) {}

  /** Takes the lease where nobody has it, and answers its epoch; else null. */
  async takeLease(holder: string): Promise<number | null> {
    const { leaseSeconds } = LEDGER_LIMITS;
    const [row] = await this.sql.rows<{ epoch: number }>(TAKE_LEASE, [holder, leaseSeconds]);
    return row?.epoch ?? null;
  }

  /** False where the lease is another's. */
  async renewLease(epoch: number, isDrained: boolean): Promise<boolean> {
    const values = [epoch, LEDGER_LIMITS.leaseSeconds, isDrained];
    return (await this.sql.rows(RENEW_LEASE, values)).length > 0;
  }

  async endLease(epoch: number): Promise<void> {
    await this.sql.rows(END_LEASE, [epoch]);
  }

  /** How large the log is, and for how long something has waited to be entered; 0 where nothing does. */
  async lag(): Promise<{ size: number; lagSeconds: number }> {
    const [row] = await this.sql.rows<{ size: number; lagSeconds: number }>(LAG);
    if (!row) throw new Error("the ledger has no sequencer row");
    return row;
  }

  async isDue(): Promise<boolean> {
    const [row] = await this.sql.rows<{ is_due: boolean }>(IS_DUE);
    return row?.is_due ?? false;
  }

  /** Keeps others from writing until the transaction ends; false where the lease or size is another's. */
  async hold(epoch: number, size: bigint): Promise<boolean> {
    const [row] = await this.sql.rows<{ size: number }>(HOLD, [epoch]);
    return row !== undefined && BigInt(row.size) === size;
  }

  /** Makes entries that wait to leaves, and answers their hashes in the order of their indexes. */
  async sequence(size: bigint, most: number): Promise<Hash[]> {
    const [row] = await this.sql.rows<{ hashes: Buffer | null }>(SEQUENCE, [size, most]);
    return row?.hashes ? hashesOf(row.hashes) : [];
  }

  /** Writes what the new leaves make of the log; false where the lease is another's. */
  async grow(epoch: number, growth: Growth): Promise<boolean> {
    const { oldSize, size, root, note, tiles, isDrained } = growth;
    const rows = await this.sql.rows(GROW, [
      ...[epoch, oldSize, size],
      tiles.map(({ level }) => level),
      tiles.map(({ n }) => n),
      tiles.map(({ width }) => width),
      tiles.map(({ data }) => data),
      ...[root, note, LEDGER_LIMITS.leaseSeconds, isDrained],
    ]);
    return rows.length > 0;
  }

  async state(): Promise<StoredState> {
    const [row] = await this.sql.rows<{
      size: number;
      root: Hash | null;
      note: string | null;
      leaves: number;
    }>(STATE);
    if (!row) throw new Error("the ledger has no sequencer row");
    const size = BigInt(row.size);
    const partial = partialTiles(size);
    const tiles = await this.sql.rows<{ level: number; n: number; width: number; data: Buffer }>(
      TILES,
      [partial.map(({ level }) => level), partial.map(({ n }) => n)],
    );
    const edge: Buffer[] = [];
    for (const { level, width } of partial) {
      while (edge.length <= level) edge.push(Buffer.alloc(0));
      const tile = tiles.find((one) => one.level === level);
      // A tile may be wider than the log is only where the log was made shorter.
      if (tile?.width !== width) throw new Error(`level ${level} of the log lacks its last tile`);
      edge[level] = tile.data.subarray(0, width * HASH_BYTES);
    }
    return { size, root: row.root, note: row.note, leaves: BigInt(row.leaves), edge };
  }

  keys(): Promise<StoredLogKey[]> {
    return this.sql.rows<StoredLogKey>(KEYS);
  }

  /** Notes a key that begins to sign, and enters it; once for a key. */
  async addKey({ keyId, verifierKey, at }: StoredLogKey, entry: KeyEntry): Promise<void> {
    await this.sql.rows(ADD_KEY, [keyId, verifierKey, at, entry.tenant, entry.id, entry.text]);
  }
}

/** The entry of a log's key, as it waits. */
export interface KeyEntry {
  tenant: string;
  id: string;
  text: string;
}
