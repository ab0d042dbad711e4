/** Everything of the registry that could grow, in one place. */
export const LIMITS = {
  clientsOfTenant: 10_000,
  reasonCharacters: 1_000,
  requestsPerMinute: 1_000_000,
  /** Keys of a client that open the door at once: the present one and the one that replaces it. */
  validKeys: 2,
  /** Keys that are listed: the newest ones, the valid ones among them. */
  listedKeys: 20,
  overlapHours: 720,
  /** Changes of a client that are listed, the newest ones. */
  listedChanges: 20,
  versionCharacters: 64,
  versionsOfClient: 10_000,
  documentIdCharacters: 128,
  documentsOfPublication: 1_000,
  documentsOfClient: 20_000,
  variableLimits: 50,
  variableLimit: 1_000_000,
  problemsOfDocument: 20,
  webhooksOfTenant: 20,
  webhookEventTypes: 20,
  /** Secrets of a webhook that sign at once: the present one and the one that it replaces. */
  validWebhookSecrets: 2,
  /** Of what a replay began from, in a webhook's history. */
  replayCharacters: 100,
  // what the way of a request remembers
  rememberedMs: 10_000,
  rememberedClients: 10_000,
  rememberedKeys: 10_000,
  rememberedDocumentCharacters: 32 * 1024 * 1024,
  /** A key's last use is written down this often at most. */
  keyUseMs: 60_000,
} as const;
