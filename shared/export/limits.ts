/** Everything about exports of a subgraph that could grow, with its bound. */
export const EXPORT_LIMITS = {
  /** Exports that one process of a subgraph makes at once; each holds a connection. */
  atOnce: 4,
  /** Of one tenant. */
  ofATenant: 2,
  /** How long the counting, and then the copying, may take in the database. */
  statementTimeoutMs: 30 * 60_000,
  /** An export on which nothing moves for so long is cut: it holds a snapshot of the database. */
  silenceMs: 60_000,
  /** Devices of an export that are told by name to the access log. */
  devicesByName: 100,
  columnsAsked: 300,
  columnNameCharacters: 256,
} as const;
