import type { Caller, CallerRole } from "../shared/caller.ts";

/** Everything at the gateway that could grow, with its bound. */
export const GATEWAY_LIMITS = {
  // a request
  /** Of those who send batches: one of 1,000 rows with custom fields needs about 2 MB. */
  bodyBytes: 4 * 1024 * 1024,
  /** Of everybody else. Larger JSON can be made so that it takes long to be parsed. */
  usualBodyBytes: 128 * 1024,
  tokenCharacters: 8_192,
  documentTokens: 2_000,
  /** One token may be a text of any length, and documents are kept in caches. */
  documentCharacters: 50_000,
  documentDepth: 12,
  /** Introspection is deeper than any question about devices. */
  introspectionDepth: 20,
  /** Lists and objects within one another in an argument's literal. */
  literalDepth: 16,
  documentAliases: 30,
  documentDirectives: 50,
  /** Fields after all fragments have been put in their places. */
  documentFields: 2_000,
  /** Objects that the largest answer would have. */
  documentNodes: 20_000,
  /** Fields without fields of their own that the largest answer would have. */
  documentValues: 150_000,
  /** What a page counts beside its items: each is a question of its own to the database. */
  pageNodes: 10,
  /** What a list without pages counts as: a device's groups, ownerships, an identity's history. */
  listItems: 10,
  nodesAtOnce: 1_000,
  /** Twice the largest batch, so that its own refusal is the one that is met. */
  variableListItems: 2_000,
  /** Of a list of texts alone, which costs little: a share lists as many serial numbers. */
  variableListTexts: 10_000,
  /** Whoever sends an object with so many names means a list. */
  variableObjectFields: 2_000,
  /** Lists and objects within one another in the variables. */
  variableDepth: 32,
  /** The longest text of any field has 4,096; each field's own refusal is the one that is met. */
  variableTextCharacters: 16_384,
  errorsInAnswer: 100,
  /** Documents that are kept parsed and planned. */
  preparedDocuments: 2_000,
  /** Sizes of one document's answer whose cost is remembered. */
  sizesOfADocument: 100,
  /** Tokens that are remembered as checked, each for `checkedTokenMs` at most. */
  checkedTokens: 10_000,
  checkedTokenMs: 60_000,
  // time
  /** After this nothing more is asked for a request. */
  requestMs: 25_000,
  /** A subgraph that has not answered a query by then is unavailable. */
  queryFetchMs: 5_000,
  /** Batches of 1,000 rows take their time. */
  mutationFetchMs: 20_000,
  /** Plans take some milliseconds; one that takes this long is refused when it is published. */
  planMs: 5_000,
  /** A subgraph that failed so often in a row is not asked for `circuitOpenMs`; then once, to see. */
  circuitFailures: 5,
  circuitOpenMs: 2_000,
  /** When a client may ask again for what cannot be had now. */
  retrySeconds: 5,
  readyMs: 3_000,
  closeMs: 10_000,
  // many requests
  /** What a caller may ask by default; a registered client may have a number of its own. */
  requestsPerMinute: { staff: 6_000, partner: 600, other: 120 },
  /** So many seconds' worth of a budget may be spent at once. */
  rateSeconds: 10,
  /** Nodes of the largest answer that cost as much as one request more. */
  rateNodes: 1_000,
  /** Budgets that are remembered, of callers and of addresses each. */
  rateBuckets: 20_000,
  failedAuthenticationsPerMinute: 60,
  /** Of published logs, which everybody may read, from one address. */
  openReadsPerMinute: 6_000,
  /** Credentials that are remembered as good since their last use, for where others have failed. */
  goodCredentials: 20_000,
  goodCredentialMs: 60 * 60_000,
  /** Requests in work at once; more only make all of them wait for the same CPU and database. */
  requestsRunning: 128,
  requestsQueued: 256,
  /** Nobody waits longer for a place. */
  queueMs: 2_000,
  /** An event loop that is later than this has too much in work. */
  loopDelayMs: 200,
  /** Up to so many nodes a document is cheap, and goes first. */
  cheapNodes: 100,
  /** Beyond so many nodes it is costly, and goes last. */
  usualNodes: 2_100,
  // connections
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  keepAliveTimeoutMs: 65_000,
  connections: 2_000,
  /** Where no proxy speaks for everybody from one address. */
  connectionsOfAnAddress: 1_200,
  /** A connection on which nothing moves for so long is closed. */
  silenceMs: 30_000,
  /** Whoever has an answer to read has so long, and as long again as its bytes take at this rate. */
  answerReadMs: 10_000,
  answerBytesPerSecond: 64 * 1024,
} as const;

/** Who records, publishes, shares, or freezes a recall, in batches and lists. */
const SENDERS_OF_BATCHES: readonly CallerRole[] = [
  "line",
  "engineering",
  "recall_manager",
  "compliance",
  "admin",
];

/** How large a body a caller may send. */
export function mostBodyBytes({ roles }: Pick<Caller, "roles">): number {
  const isSender = roles.some((role) => SENDERS_OF_BATCHES.includes(role));
  return isSender ? GATEWAY_LIMITS.bodyBytes : GATEWAY_LIMITS.usualBodyBytes;
}
