/** Everything about published logs at the gateway that could grow, with its bound. */
export const LOG_LIMITS = {
  /** Open questions, of all who ask, that are in work at once; whoever comes then is told to wait. */
  readsAtOnce: 16,
  /** Full tiles that are kept: 8 KiB each. */
  tilesKept: 1_000,
  /** For so long a checkpoint that was read is given to everybody. */
  checkpointKeptMs: 250,
  pathCharacters: 512,
  /** What a bundle of entries costs its payer, as the nodes of a query's answer do. */
  nodesOfABundle: 256,
} as const;
