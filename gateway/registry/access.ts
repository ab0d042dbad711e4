import type { CallerRole } from "../../shared/caller.ts";
import { type AccessTable, grant } from "../../shared/graph/access.ts";

const ADMINS: readonly CallerRole[] = ["admin"];
/** Who builds what clients run may see what they run. */
const READERS: readonly CallerRole[] = ["admin", "engineering"];

/** Who may read or call what. Everybody who may sees all of the tenant's rows. */
export const ACCESS: AccessTable = {
  Query: grant(READERS, "clients client webhooks webhook"),
  Mutation: grant(
    ADMINS,
    "addClient changeClient addClientKey rotateClientKey revokeClientKey publishDocuments retireDocuments addWebhook rotateWebhookSecret pauseWebhook resumeWebhook replayWebhook removeWebhook testWebhook",
  ),
  Client: {
    ...grant(READERS, "id name kind roles requestsPerMinute isActive createdAt documents"),
    ...grant(ADMINS, "keys history"),
  },
  ClientKey: grant(ADMINS, "id keyId last4 createdAt createdBy expiresAt revokedAt lastUsedAt"),
  ClientChange: grant(ADMINS, "kind about roles requestsPerMinute isActive at actor reason"),
  NewClientKey: grant(ADMINS, "text key client"),
  Document: grant(
    READERS,
    "id documentId client text operationName operationType variableLimits nodes values fetches versions isLive publishedAt publishedBy retiredAt",
  ),
  Publication: grant(ADMINS, "client version isPublished verdicts published unchanged refused"),
  DocumentVerdict: grant(ADMINS, "id operationName outcome problems warnings nodes values fetches"),
  DocumentProblem: grant(ADMINS, "code message field line column"),
  DocumentRetirement: grant(ADMINS, "client retired"),
  Webhook: {
    ...grant(
      READERS,
      "id name url eventTypes state stateReason position failedAttempts failingSince",
    ),
    ...grant(READERS, "dueAt deliveredAt createdAt deliveries"),
    ...grant(ADMINS, "createdBy secrets history"),
  },
  WebhookSecret: grant(ADMINS, "secretId createdAt createdBy endsAt"),
  NewWebhookSecret: grant(ADMINS, "text secret webhook"),
  WebhookChange: grant(ADMINS, "kind about at actor reason"),
  WebhookDelivery: grant(READERS, "eventId eventType at attempt outcome status reason ms"),
  WebhookDeliveryConnection: grant(READERS, "edges nodes pageInfo totalCount"),
  WebhookDeliveryEdge: grant(READERS, "cursor node"),
  ClientConnection: grant(READERS, "edges nodes pageInfo totalCount"),
  ClientEdge: grant(READERS, "cursor node"),
  DocumentConnection: grant(READERS, "edges nodes pageInfo totalCount"),
  DocumentEdge: grant(READERS, "cursor node"),
  PageInfo: grant(READERS, "hasNextPage hasPreviousPage startCursor endCursor"),
};
