/** Everything that could grow, in one place. */
export const LIMITS = {
  /** Rows of one provisioning batch, and ids of one question to Manufacturing. */
  batchRows: 1_000,
  /** Connhex ids of one `ownedBy` question. */
  ownedByIds: 1_000,
  /** Connhex ids of one `ownerCountries` question. */
  ownerCountryIds: 5_000,
  serialNumberCharacters: 128,
  connhexIdCharacters: 128,
  initKeyCharactersLeast: 16,
  initKeyCharactersMost: 128,
  identityNameCharacters: 256,
  modelCharacters: 256,
  reasonCharacters: 1_000,
  idempotencyKeyCharacters: 128,
  displayNameCharacters: 200,
  emailCharacters: 254,
  phoneCharacters: 30,
  addressCharacters: 500,
  /** States of one cloud identity, and changes of owner of one device, in all its life. */
  revisionsOfOne: 1_000,
  /** Wrong codes in a row before they are locked. */
  wrongCodes: 5,
  lockMinutes: 15,
  offerDays: 14,
  /** An answer of another service that takes longer is none. */
  peerTimeoutMs: 3_000,
  /** Rows that one round of the hand-over takes. */
  handOverRows: 500,
  /** Tenants that one round of the hand-over serves. */
  handOverTenants: 100,
  handOverIntervalMs: 2_000,
  /** How long a process keeps a hand-over to itself; longer than Manufacturing may take. */
  handOverLeaseSeconds: 5,
  handOverBackOffSecondsMost: 30,
  /** Ids that a process takes at once. */
  idBlock: 100,
  /** Devices of one owner who can be erased; an organisation releases some first. */
  erasedDevices: 10_000,
  /** Devices that one transaction of an erasure releases. */
  releasedAtOnce: 200,
  /** How often an erasure begins again because the owner registered a device meanwhile. */
  erasureTries: 5,
  /** Erasures that other services are told of at once. */
  erasureOrders: 100,
} as const;
