/** Everything about events that can grow, and how far. */
export const EVENT_LIMITS = {
  /** How long events can be read again. */
  keptMs: 30 * 24 * 60 * 60_000,
  /** Events of one page. */
  eventsAtOnce: 1_000,
  /** Rows that are numbered in one transaction, and transactions of one reading. */
  numberedAtOnce: 500,
  numberingsOfAReading: 20,
  /** Rows that are removed in one statement: each stands for up to 1,000 events. */
  removedAtOnce: 1_000,
  /** How often a process looks for what has become old, tenant by tenant. */
  tidiedEveryMs: 60_000,
  tenantsRemembered: 1_000,
  /**
   * Longer than any transaction of ours: rows are numbered when they become visible, so that one
   * of a time may stand behind those of some minutes later.
   */
  longestTransactionMs: 10 * 60_000,
  positionCharacters: 64,
} as const;
