import { withSignatureLines } from "../ledger/note.ts";
import { LogReader, type PublishedCheckpoint } from "../ledger-store/log-reader.store.ts";
import { type Sql, statement } from "../postgres/database.ts";
import type { Proof } from "./proof.ts";

/** Of each index the first tree that has it and that so many witnesses have seen. */
const FIRST_WITNESSED = statement(
  "proof_first_witnessed",
  `SELECT a.index, f.size FROM unnest($1::bigint[]) AS a (index)
   CROSS JOIN LATERAL (
     SELECT size FROM ledger_cosignature WHERE size > a.index
     GROUP BY size HAVING count(*) >= $2 ORDER BY size LIMIT 1) AS f`,
);
const CHECKPOINTS = statement(
  "proof_checkpoints",
  `SELECT c.size, c.root, c.note, c.at, coalesce((
     SELECT string_agg(s.line, '' ORDER BY s.at, s.witness)
     FROM ledger_cosignature s WHERE s.size = c.size), '') AS cosignatures
   FROM ledger_checkpoint c WHERE c.size = ANY ($1::bigint[])`,
);

/** That an entry is in the log; what it is about is the caller's to add. */
export type EntryProven = Omit<Proof, "content">;

/** Makes proofs of a tenant's entries. Lives for one request: a log that grows meanwhile is as it was. */
export class EntryProofs {
  private readonly reader: LogReader;
  private newest: Promise<PublishedCheckpoint | null> | null = null;

  constructor(
    private readonly sql: Sql,
    tenant: string,
    /** How many witnesses make a checkpoint witnessed. */
    private readonly quorum: number,
  ) {
    this.reader = new LogReader(sql, tenant);
  }

  /**
   * The proofs of these entries, each in the first tree that enough witnesses have seen it in: that
   * tells best by when it was there, and is the same for ever. While it is too new for that, in the
   * newest tree. Null where it is in none yet. `continues` adds the way to the newest witnessed tree.
   */
  async of(
    ids: readonly string[],
    { continues = false }: { continues?: boolean } = {},
  ): Promise<(EntryProven | null)[]> {
    const entries = await Promise.all(ids.map((id) => this.reader.entry(id)));
    const indexes = entries.flatMap((entry) => (entry ? [entry.index] : []));
    const witnessed = await this.firstWitnessed(indexes);
    return Promise.all(
      entries.map(async (entry, place) => {
        const checkpoint = entry && (witnessed.get(entry.index) ?? (await this.latest()));
        const proof = checkpoint && (await this.reader.proof(ids[place] ?? "", checkpoint));
        if (!proof) return null;
        const until = continues ? await this.continuation(checkpoint) : null;
        const { entry: text, index, path } = proof;
        return { entry: text, index, path, checkpoint: checkpoint.note, until };
      }),
    );
  }

  private async continuation(from: PublishedCheckpoint): Promise<Proof["until"]> {
    const to = await this.latestWitnessed();
    if (!to || to.size <= from.size) return null;
    return { checkpoint: to.note, path: await this.reader.consistency(from.size, to.size) };
  }

  private async firstWitnessed(
    indexes: readonly bigint[],
  ): Promise<ReadonlyMap<bigint, PublishedCheckpoint>> {
    if (indexes.length === 0) return new Map();
    const found = await this.sql.rows<{ index: number; size: number }>(FIRST_WITNESSED, [
      indexes,
      this.quorum,
    ]);
    const sizes = [...new Set(found.map(({ size }) => size))];
    const rows = await this.sql.rows<CheckpointRow>(CHECKPOINTS, [sizes]);
    const checkpoints = new Map(rows.map((row) => [row.size, published(row)]));
    return new Map(
      found.flatMap(({ index, size }) => {
        const checkpoint = checkpoints.get(size);
        return checkpoint ? [[BigInt(index), checkpoint] as const] : [];
      }),
    );
  }

  private latest(): Promise<PublishedCheckpoint | null> {
    this.newest ??= this.reader.latest();
    return this.newest;
  }

  private newestWitnessed: Promise<PublishedCheckpoint | null> | null = null;

  private latestWitnessed(): Promise<PublishedCheckpoint | null> {
    this.newestWitnessed ??= this.reader.witnessed(this.quorum);
    return this.newestWitnessed;
  }
}

interface CheckpointRow extends Omit<PublishedCheckpoint, "size"> {
  size: number;
  cosignatures: string;
}

function published({ cosignatures, size, note, ...rest }: CheckpointRow): PublishedCheckpoint {
  return { ...rest, size: BigInt(size), note: withSignatureLines(note, [cosignatures]) };
}
