/** Everything at a witness that could grow, with its bound. */
export const WITNESS_LIMITS = {
  /** 63 hashes and a checkpoint with many signatures need a fifth of it. */
  bodyBytes: 32 * 1024,
  trustFileBytes: 256 * 1024,
  requestsRunning: 32,
  connections: 256,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  keepAliveTimeoutMs: 65_000,
  closeMs: 5_000,
  /** Checkpoints of a log that stay readable behind the last one. */
  checkpointsKept: 16,
  /** Checkpoints that contradict each other are evidence; of one log so many are kept. */
  evidenceKept: 64,
} as const;
