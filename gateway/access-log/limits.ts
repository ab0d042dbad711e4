/** Everything of the access log that could grow, in one place. */
export const ACCESS_LOG = {
  /** Devices of one answer that are kept by identifier; more are kept by count and hash only. */
  devicesByName: 100,
  identifierCharacters: 128,
  /** A token's subject, a client's name, a document's id. */
  nameCharacters: 256,
  operationNameCharacters: 128,
  roles: 20,
  outcomes: 20,
  /** What one statement writes. */
  linesPerStatement: 500,
  /** Lines of all tenants that wait or are under way; with 100 devices each about 50 MB. */
  queueLines: 4_000,
  /** A database that has not committed by then cannot take the line. */
  recordMs: 3_000,
  statementTimeoutMs: 5_000,
  /** Connections a tenant: one records, one answers who has seen a device. */
  connections: 2,
  /** How long an idle log waits for the lines of other requests: not at all, see decision 0015. */
  gatherMs: 0,
  /** Identifiers of one device that a question names. */
  identifiersAsked: 10,
  /** Texts whose hash is remembered. */
  hashedTexts: 1_000,
} as const;
