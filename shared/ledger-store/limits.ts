/** Everything about a log that can grow or take time, in one place. */
export const LEDGER_LIMITS = {
  /** Entries of one transaction of the sequencer. */
  leavesAtOnce: 5_000,
  /** From a transaction that took all there was to the next look: entries gather meanwhile. */
  lookEveryMs: 400,
  /** A sequencer that does not come back by then gives way to another process's. */
  leaseSeconds: 5,
  renewEveryMs: 1_500,
  /** After a failure, and while another process sequences. */
  retryMs: 1_000,
  statementTimeoutMs: 30_000,
  /** A log that is behind by more than this makes its service unready. */
  lagSeconds: 5,
  /** Rows without an entry that are entered in one transaction. */
  backfillRows: 2_000,
} as const;
export type LedgerLimits = Record<keyof typeof LEDGER_LIMITS, number>;
