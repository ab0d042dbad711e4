import type { Hash, SubtreeReader } from "../ledger/merkle.ts";
import { HASH_BYTES } from "../ledger/merkle.ts";
import { parseVerifierKey } from "../ledger/note.ts";
import { tileReader } from "../ledger/tiles.ts";
import { type Sql, statement } from "../postgres/database.ts";
import type { SignedCheckpoint, WitnessedLog } from "./witnessed-log.ts";

const LATEST = statement(
  "witnessed_latest",
  "SELECT size, root, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1",
);
const TILE = statement(
  "witnessed_tile",
  "SELECT data FROM ledger_tile WHERE level = $1 AND n = $2",
);
const COSIGNED = statement(
  "witnessed_by",
  "SELECT witness FROM ledger_cosignature WHERE size = $1",
);
/** By the key's id, with which its signature begins: under one name there may have been another key. */
const HAS_COSIGNED = statement(
  "witnessed_ever_by",
  `SELECT EXISTS (
     SELECT FROM ledger_cosignature WHERE witness = $1 AND starts_with(line, $2)) AS is_so`,
);
/** So many digits of base64 are of the four bytes of a key's id alone. */
const ID_DIGITS = 5;
const KEEP = statement(
  "witnessed_keep",
  `INSERT INTO ledger_cosignature (size, witness, line) VALUES ($1, $2, $3)
   ON CONFLICT DO NOTHING`,
);

/** A service's log in its database. `sql` is of the sequencer's role. */
export class WitnessedLogStore implements WitnessedLog {
  constructor(
    readonly origin: string,
    private readonly sql: Sql,
  ) {}

  async latest(): Promise<SignedCheckpoint | null> {
    type Row = { size: number; root: Hash; note: string };
    const [row] = await this.sql.rows<Row>(LATEST);
    return row ? { ...row, size: BigInt(row.size) } : null;
  }

  tree(size: bigint): SubtreeReader {
    return tileReader(async ({ level, n, width }) => {
      const [row] = await this.sql.rows<{ data: Buffer }>(TILE, [level, n]);
      return row ? row.data.subarray(0, width * HASH_BYTES) : Buffer.alloc(0);
    }, size);
  }

  async cosignedBy(size: bigint): Promise<ReadonlySet<string>> {
    const rows = await this.sql.rows<{ witness: string }>(COSIGNED, [size]);
    return new Set(rows.map(({ witness }) => witness));
  }

  /** Whether a cosignature by this key is kept, of any checkpoint. */
  async hasCosigned(vkey: string): Promise<boolean> {
    const { name, keyId } = parseVerifierKey(vkey);
    const id = Buffer.from(keyId, "hex").toString("base64").slice(0, ID_DIGITS);
    const values = [name, `\u2014 ${name} ${id}`];
    const [row] = await this.sql.rows<{ is_so: boolean }>(HAS_COSIGNED, values);
    return row?.is_so ?? false;
  }

  async keepCosignature(size: bigint, witness: string, line: string): Promise<void> {
    await this.sql.rows(KEEP, [size, witness, line]);
  }
}
