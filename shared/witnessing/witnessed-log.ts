import type { Hash, SubtreeReader } from "../ledger/merkle.ts";

/** A log as it stands in its database. */
export interface LogState {
  size: bigint;
  root: Hash;
}

/** A signed state of a log. */
export interface SignedCheckpoint extends LogState {
  /** With the log's signatures alone. */
  note: string;
}

/** What is asked of a log by whoever gives its checkpoints to witnesses. */
export interface WitnessedLog {
  readonly origin: string;
  /** The newest checkpoint; null before the first one. */
  latest(): Promise<SignedCheckpoint | null>;
  /** The tree of this size. */
  tree(size: bigint): SubtreeReader;
  /** The names of the witnesses whose cosignatures of this size are kept. */
  cosignedBy(size: bigint): Promise<ReadonlySet<string>>;
  keepCosignature(size: bigint, witness: string, line: string): Promise<void>;
}
