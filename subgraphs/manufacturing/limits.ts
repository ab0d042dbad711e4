/** Everything of this subgraph that can grow, and how far. Lengths are UTF-16 code units. */
export const LIMITS = {
  rowsPerBatch: 1_000,
  scansPerBatch: 500,
  stationCharacters: 64,
  /** Stations of a tenant: a new name beyond them is a mistake, or a name that is made anew each time. */
  stations: 1_000,
  /** Single records of many callers that one transaction writes. */
  recordsTogether: 200,
  /** Such transactions of a tenant that are under way at once. */
  recordingLanes: 2,
  /** Single records of all tenants that wait or are being written. */
  recordsWaiting: 4_000,
  /** How far a scan's number may be beyond the last one: so many wait in a journal, at the most. */
  sequencesAhead: 100_000,
  serialNumberCharacters: 128,
  connhexIdCharacters: 128,
  fieldCharacters: 256,
  attributeTextCharacters: 4_096,
  /** Values that an index or a pattern must bear. */
  groupValueCharacters: 256,
  patternCharacters: 256,
  enumValues: 500,
  fieldDefinitions: 200,
  fieldDescriptionCharacters: 1_000,
  reasonCharacters: 1_000,
  idempotencyKeyCharacters: 128,
  /** How far ahead of now a fact may be dated: clocks of factory lines are not exact. */
  effectiveAheadMs: 24 * 60 * 60 * 1_000,
  /** Rows that one statement may answer: many pages are read together. */
  rowsPerStatement: 100_000,
  /**
   * How often a row is judged again because somebody else changed its device meanwhile. Each try
   * loses to another writer's commit, so this bears more writers than there are connections.
   */
  judgingTries: 30,
  /** Shares of one partner that are not ended: each question of the partner looks at all of them. */
  sharesOfAPartner: 100,
  sharedSerialNumbers: 10_000,
  recallTitleCharacters: 200,
  /** Recalls that are not withdrawn: the status of a device is asked of each of them. */
  openRecalls: 200,
  /** How long freezing may take in the database: some millions of devices. */
  freezingTimeoutMs: 120_000,
  /** Values of one criterion, or of the group, of a share. */
  shareValues: 1_000,
  positionCharacters: 128,
  measureCharacters: 32,
  quantity: 1e12,
  /** Installations between the ends of a trace: its path is a list without pages. */
  traceLevels: 10,
  /** Installations that one trace looks at. */
  traceInstallations: 100_000,
  /** Loops that one trace tells of. */
  traceLoops: 10,
  /** How often the database is asked what changed, while somebody follows a tenant's devices. */
  changesEveryMs: 250,
  /** Revisions that are told at once; of more it is said only that there were too many. */
  changesAtOnce: 20_000,
  /** Tenants that are followed on a connection each that stays open. */
  tenantsFollowed: 64,
  /** How long Ownership may take to say what a caller owns. */
  peerTimeoutMs: 3_000,
  /** Criteria within criteria, the outermost being the first level. */
  criteriaDepth: 8,
  criteriaClauses: 100,
  /** Values in all lists of criteria together. */
  criteriaValues: 20_000,
  /** Values of a field that are looked through for those in a range, or near another one. */
  recordedValues: 10_000,
  breakdownShares: 1_000,
  /** Devices whose owners' countries are counted. */
  ownerCountryDevices: 500_000,
  /** ConnhexIds in one question to Ownership about countries. */
  ownerCountryIds: 5_000,
  /** How long turning on the grouping of a field may take in the database. */
  backfillTimeoutMs: 600_000,
  /** Keys that hand-overs are signed with, those included that may sign no more. */
  signingKeys: 1_000,
  signingKeyNameCharacters: 128,
  publicKeyCharacters: 2_048,
  /** A signed payload; what one record of a device says takes less. */
  signedPayloadBytes: 8_192,
} as const;
