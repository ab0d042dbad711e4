/** Everything about live updates that could grow, with its bound. */
export const LIVE_LIMITS = {
  /** Subscriptions of this process, each on a connection of its own. */
  subscriptions: 1_000,
  /** Of one client program, by its name. */
  subscriptionsOfAClient: 600,
  /** Of one subject of a client. */
  subscriptionsOfASubject: 50,
  /** Devices that wait to be told to one subscription; a batch of 1,000 rows is no trouble. */
  devicesWaiting: 2_000,
  /** Devices that wait in all subscriptions together. */
  devicesWaitingInAll: 200_000,
  /** Events of one subscription that are executed together, and told in their order. */
  eventsTogether: 8,
  /** Events that are executed at once; the other requests have the rest of the process. */
  executedAtOnce: 8,
  /** Of those who share a budget; the other places are for others. */
  executedAtOnceOfAPayer: 4,
  /** An event that is costly as a document takes so many of these places: one of each payer at once. */
  placesOfACostlyEvent: 3,
  /** An event costs as much of a budget as a document of so many nodes, or of its own if they are more. */
  eventNodes: 100,
  /** How long an event waits at most, whose payer has nothing left, before the budget is looked at again. */
  unpaidMs: 1_000,
  /** How long changes are asked for again and again before subscribers are told of a gap. */
  bridgedMs: 30_000,
  /** The first and the longest pause before changes are asked for again. */
  retryMs: 100,
  retryMostMs: 2_000,
  /** How long a subscription waits for its first sign of the changes. */
  openMs: 5_000,
  /** How often an event is tried whose device cannot be asked for; the pauses double. */
  eventTries: 5,
  eventRetryMs: 500,
  /** How often a token or a key is looked at again while nothing happens. */
  callerCheckedEveryMs: 10_000,
  heartbeatMs: 15_000,
  /** How long a reader may take to read what was written, before its stream is cut. */
  readMs: 20_000,
  /** How long the last words of a stream may take to be read. */
  farewellMs: 3_000,
} as const;

/** The same with other figures: tests do not wait as long. */
export type LiveLimits = { readonly [Name in keyof typeof LIVE_LIMITS]: number };
