/** Everything about webhooks that could grow, with its bound. */
export const WEBHOOKS = {
  urlCharacters: 2_048,
  // one delivery
  connectMs: 5_000,
  /** A name that nobody has answered for by then is nowhere. */
  lookupMs: 4_000,
  /** Lookups of names at once: each holds a thread, of few. */
  lookupsAtOnce: 2,
  /** Names that are remembered because nobody answered for them. */
  silentNames: 1_000,
  /** From the first byte sent to the last one read. */
  deliveryMs: 15_000,
  /** What is read of an answer, and thrown away. */
  answerBytes: 16 * 1024,
  reasonCharacters: 200,
  /** The longest time that a receiver may ask for with Retry-After. */
  retryAfterMostMs: 60 * 60_000,
  // the dispatcher
  /** Events of one reading. What was delivered of them may come twice after a crash. */
  eventsAtOnce: 100,
  /** Deliveries to one webhook at once, each of another device. */
  lanes: 8,
  /** Deliveries of this process at once. */
  deliveriesAtOnce: 64,
  /** Of them, of one tenant: receivers that answer nothing must not keep those of the others. */
  deliveriesOfATenant: 16,
  /** How often the tenants that have webhooks are looked for. */
  tenantsEveryMs: 2_000,
  /** Tenants of one reading; it goes on until all were read. */
  tenantsAtOnce: 1_000,
  /** How often a tenant's webhooks are looked at. */
  lookEveryMs: 500,
  /** How long a process keeps a tenant's webhooks to itself, and when it says so again. */
  leaseMs: 8_000,
  renewEveryMs: 2_000,
  /** How long nothing is asked for after events, or what signs them, could not be read. */
  quietMs: 3_000,
  // failing
  firstPauseMs: 2_000,
  pauseMostMs: 60 * 60_000,
  /** A webhook to which nothing could be delivered for so long stops, loudly. */
  giveUpMs: 5 * 24 * 60 * 60_000,
  // what is remembered
  deliveriesKeptMs: 30 * 24 * 60 * 60_000,
  deliveriesRemovedAtOnce: 10_000,
  tidyEveryMs: 10 * 60_000,
  closeMs: 5_000,
} as const;

/** Those that tests and operators may change. */
export interface WebhookPace {
  lookEveryMs: number;
  tenantsEveryMs: number;
  leaseMs: number;
  renewEveryMs: number;
  firstPauseMs: number;
  pauseMostMs: number;
  giveUpMs: number;
  deliveryMs: number;
}
