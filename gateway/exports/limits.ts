/** Everything about exports at the gateway that could grow, with its bound. */
export const EXPORTS = {
  /** What an export costs its payer, as the nodes of a query's answer do. */
  nodes: 20_000,
  /** The same of a file that is taken again, or of a manifest. */
  nodesOfAFile: 1_000,
  bodyBytes: 128 * 1024,
  columns: 300,
  /** Bytes of all files in the folder, where the environment does not say. */
  spoolBytes: 10 * 1024 ** 3,
  /** How long a whole file is kept, where the environment does not say. */
  keptMs: 60 * 60_000,
  /** A file that is not whole, and that nobody has written to for so long, was cut. */
  cutMs: 5 * 60_000,
  sweepEveryMs: 60_000,
  /** How often a growing file is compared with the room that there is. */
  roomEveryBytes: 8 * 1024 * 1024,
  /** What is read of a file at once. */
  readBytes: 128 * 1024,
  /** How long whoever asks for a file waits for one that is still being written. */
  waitMs: 20_000,
  waitEveryMs: 200,
  /** A reader has so long, and what its bytes take at the least speed. */
  readMs: 120_000,
  bytesPerSecond: 16 * 1024,
  /** How long exports that are under way at the end are given to come to theirs. */
  closeMs: 8_000,
} as const;
