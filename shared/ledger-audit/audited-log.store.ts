import type { Hash } from "../ledger/merkle.ts";
import { markId } from "../ledger-store/mark-entry.ts";
import { type Sql, statement } from "../postgres/database.ts";

const LEAVES = statement(
  "audit_leaves",
  `SELECT leaf_index AS index, tenant, id, entry, hash FROM ledger_leaf
   WHERE leaf_index >= $1 ORDER BY leaf_index LIMIT $2`,
);
const PENDING = statement(
  "audit_pending",
  `SELECT ctid::text AS place, tenant, id, entry FROM ledger_pending
   WHERE ctid > $1::tid ORDER BY ctid LIMIT $2`,
);
const TILES = statement(
  "audit_tiles",
  `SELECT t.level, t.n, t.data FROM unnest($1::integer[], $2::bigint[]) AS asked (level, n)
   JOIN ledger_tile t ON t.level = asked.level AND t.n = asked.n`,
);
const TILE_COUNT = statement("audit_tile_count", "SELECT count(*) AS count FROM ledger_tile");
const CHECKPOINTS = statement(
  "audit_checkpoints",
  `SELECT size, root, note FROM ledger_checkpoint WHERE size > $1 AND size <= $2
   ORDER BY size`,
);
const COSIGNATURES = statement(
  "audit_cosignatures",
  `SELECT size, witness, line FROM ledger_cosignature WHERE size > $1 AND size <= $2
   ORDER BY size, witness`,
);
const LARGEST = statement(
  "audit_largest",
  `SELECT s.size, c.size AS "signedSize", c.note FROM ledger_sequencer s
   LEFT JOIN (SELECT size, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1) c ON true`,
);
// A checkpoint that says that it is of the future was written by nobody who means well.
const TO_BE_WITNESSED = statement(
  "audit_to_be_witnessed",
  `SELECT size FROM ledger_checkpoint
   WHERE at NOT BETWEEN now() - make_interval(secs => $1) AND now() + make_interval(secs => $1)
   ORDER BY size DESC LIMIT 1`,
);
const KEYS = statement(
  "audit_keys",
  `SELECT key_id AS "keyId", verifier_key AS "verifierKey", at FROM ledger_key ORDER BY at, key_id`,
);
const UNENTERED = statement(
  "audit_unentered",
  `SELECT source, EXISTS (SELECT FROM ledger_leaf l
     WHERE l.id = '${markId("BACKFILL", "")}' || b.source) AS "isMarked"
   FROM ledger_backfill b WHERE NOT is_done`,
);

export interface LeafRow {
  index: number;
  tenant: string;
  id: string;
  entry: string;
  hash: Hash;
}

/** An entry that waits for its place in the log. */
export interface PendingRow extends Omit<LeafRow, "index" | "hash"> {
  place: string;
}

export interface CheckpointRow {
  size: number;
  root: Hash;
  note: string;
}

export interface CosignatureRow {
  size: number;
  witness: string;
  line: string;
}

export interface KeyRow {
  keyId: string;
  verifierKey: string;
  at: string;
}

/** Everything that a log is made of, as its database has it. `sql` is a snapshot, of the sequencer's role. */
export class AuditedLogStore {
  constructor(private readonly sql: Sql) {}

  /** Leaves from an index on. */
  leaves(from: number, most: number): Promise<LeafRow[]> {
    return this.sql.rows<LeafRow>(LEAVES, [from, most]);
  }

  /** Entries that wait, from behind a place on: `(0,0)` is before all of them. */
  pending(after: string, most: number): Promise<PendingRow[]> {
    return this.sql.rows<PendingRow>(PENDING, [after, most]);
  }

  /** The hashes of tiles, by `<level>/<n>`. */
  async tiles(names: readonly { level: number; n: bigint }[]): Promise<Map<string, Buffer>> {
    const asked = [names.map(({ level }) => level), names.map(({ n }) => n)];
    const rows = await this.sql.rows<{ level: number; n: number; data: Buffer }>(TILES, asked);
    return new Map(rows.map(({ level, n, data }) => [`${level}/${n}`, data]));
  }

  async tileCount(): Promise<number> {
    const [row] = await this.sql.rows<{ count: number }>(TILE_COUNT);
    return row?.count ?? 0;
  }

  /** Checkpoints of sizes beyond the one, up to the other. */
  checkpoints(after: number, to: number): Promise<CheckpointRow[]> {
    return this.sql.rows<CheckpointRow>(CHECKPOINTS, [after, to]);
  }

  cosignatures(after: number, to: number): Promise<CosignatureRow[]> {
    return this.sql.rows<CosignatureRow>(COSIGNATURES, [after, to]);
  }

  /** How large the log says it is, and how large the largest tree is that was signed. */
  async largest(): Promise<{ size: number; signedSize: number | null; note: string | null }> {
    const [row] = await this.sql.rows<{ size: number; signedSize: number; note: string }>(LARGEST);
    return row ?? { size: 0, signedSize: null, note: null };
  }

  /** The newest checkpoint that is older than this; null where none is. */
  async toBeWitnessed(graceSeconds: number): Promise<number | null> {
    const [row] = await this.sql.rows<{ size: number }>(TO_BE_WITNESSED, [graceSeconds]);
    return row?.size ?? null;
  }

  keys(): Promise<KeyRow[]> {
    return this.sql.rows<KeyRow>(KEYS);
  }

  /**
   * The sources whose rows from before the ledger are said to be still being entered, and whether the
   * log has said already that all of them are.
   */
  unentered(): Promise<{ source: string; isMarked: boolean }[]> {
    return this.sql.rows<{ source: string; isMarked: boolean }>(UNENTERED);
  }
}
