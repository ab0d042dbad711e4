/** Which roles open which fields, from the pages that promise it: read and edited by hand. */

export const STAFF = "line support recall_manager engineering compliance analyst admin";
const STAFF_BUT_ANALYST = "line support recall_manager engineering compliance admin";
const RECORD_READERS = `${STAFF} regulator`;
export const EVERYONE = `${RECORD_READERS} owner partner`;
// A partner opens these, and reads of them what is shared of the row: see SHARED.
export const RECORD_SHARERS = `${RECORD_READERS} partner`;
const GROUP_READERS = `${STAFF} partner`;
// Whom recalls concern: all staff but the lines.
const SCOPE_READERS = "support recall_manager engineering compliance analyst admin";
const RECALL_FREEZERS = "recall_manager compliance admin";
const SHARE_GRANTERS = "admin compliance";
export const SHARE_READERS = "admin compliance engineering support";
const RECORDERS = "line engineering admin";
const ENGINEERS = "engineering admin";
const REGISTRARS = "owner support admin";
export const OWNERSHIP_READERS =
  "support recall_manager compliance engineering analyst admin owner";
const NAME_READERS = "support recall_manager compliance admin owner";
const ERASERS = "compliance admin";
const CONTACT_READERS = "support recall_manager admin owner";

/** Clients and what they may run are the administrator's; engineering reads what they run. */
export const CLIENT_READERS = "admin engineering";

const CORE =
  "id serialNumber connhexId partNumber hardwareRevision fwVersion deviceType producedAt phase disposition";
const PRODUCTION =
  "pcbPartNumber lotCode workOrder productionOrder palletId packageId site line attributes";

/** Fields of a type, and the roles that may use them, both with spaces between. */
export const OPEN: readonly [type: string, fields: string, roles: string][] = [
  ["Query", "device followable", EVERYONE],
  ["Query", "fieldDefinitions signingKeys", STAFF],
  ["Query", "productionGroup", GROUP_READERS],
  ["Query", "recallScope compareRecallScopes", SCOPE_READERS],
  ["Query", "share shares", SHARE_READERS],
  ["Query", "sharedDevices", "partner"],
  ["Query", "recall recalls", STAFF],
  ["Query", "component components whereUsed", STAFF],
  ["Query", "stations", STAFF],
  ["Query", "owner", NAME_READERS],
  ["Query", "myDevices", "owner"],
  ["Query", "provisioningGate ownedBy ownerCountries sharedFields recalledDevices", "service"],
  ["Query", "erasures", ERASERS],
  ["Mutation", "eraseOwner", ERASERS],
  ["Subscription", "deviceChanged", EVERYONE],
  ["Mutation", "recordDevices provisionDevices", RECORDERS],
  ["Mutation", "recordSignedDevices", RECORDERS],
  ["Mutation", "installComponents replaceComponent removeComponent", RECORDERS],
  ["Mutation", "recordScans handOverStation", RECORDERS],
  ["Mutation", "correctDevice defineField retireField", ENGINEERS],
  ["Mutation", "addSigningKey revokeSigningKey", ENGINEERS],
  ["Mutation", "changeIdentityState replaceClaimCode", ENGINEERS],
  ["Mutation", "registerOwnership transferOwnership releaseOwnership", REGISTRARS],
  ["Mutation", "changeOwnerContact", REGISTRARS],
  ["Mutation", "offerOwnershipTransfer", "owner"],
  ["Mutation", "linkCloudIdentities", "service"],
  ["Mutation", "shareDevices endShare", SHARE_GRANTERS],
  ["Mutation", "freezeRecall withdrawRecall", RECALL_FREEZERS],

  ["Device", `${CORE} revision recordedAt`, EVERYONE],
  ["Device", `${PRODUCTION} history asOf`, RECORD_SHARERS],
  // It holds the whole last revision, people as commitments.
  ["Device", "proof", RECORD_READERS],
  ["Device", "groups lot siblings", GROUP_READERS],
  ["Device", "operator", STAFF_BUT_ANALYST],
  ["Device", "components installedIn whereUsed billOfMaterials", STAFF],
  ["Device", "recallStatus", `${RECORD_READERS} owner`],
  ["Device", "recalls", STAFF],
  ["Device", "identity", EVERYONE],
  ["Device", "owner ownerships", OWNERSHIP_READERS],
  ["DeviceRevision", `${CORE} ${PRODUCTION}`, RECORD_SHARERS],
  ["DeviceRevision", "revision recordedAt effectiveAt changed", RECORD_SHARERS],
  ["DeviceRevision", "reason source signedBy proof", RECORD_READERS],
  ["HandOverSigner", "key name role algorithm isFlagged", RECORD_READERS],
  ["DeviceRevision", "actor operator", STAFF_BUT_ANALYST],
  ["ProductionGroup", "field value deviceCount devices", GROUP_READERS],
  ["Share", "id partner kind group criteria fields devices deviceCount", SHARE_READERS],
  ["Share", "from to grantedBy grantedAt reason endedAt endedBy endReason state", SHARE_READERS],
  ["ShareGroup", "field values", SHARE_READERS],
  ["ShareCriteria", "partNumber deviceType hardwareRevision fwVersion site", SHARE_READERS],
  ["ShareCriteria", "producedFrom producedTo serialNumberFrom serialNumberTo", SHARE_READERS],
  ["Component", "id supplier partNumber serialNumber supplierLot recordedAt source", STAFF],
  ["Component", "components installedIn whereUsed billOfMaterials", STAFF],
  // As with devices: an actor is a person, and the analyst sees everything but people.
  ["Component", "actor", STAFF_BUT_ANALYST],
  ["Item", "device component", STAFF],
  ["ComponentInstallation", "id parent child position quantity measure installedAt", STAFF],
  ["ComponentInstallation", "recordedAt source removal replaces", STAFF],
  ["ComponentInstallation", "actor", STAFF_BUT_ANALYST],
  ["ComponentRemoval", "removedAt recordedAt reason replacedBy", STAFF],
  ["ComponentRemoval", "actor", STAFF_BUT_ANALYST],
  ["TracedItem", "item level path", STAFF],
  ["ComponentLoop", "path", STAFF],
  ["InstallationBatch", "verdicts recorded unchanged refused", RECORDERS],
  ["InstallationVerdict", "index installation outcome code message field", RECORDERS],
  ["Station", "station isHeldBy firstSequence scanCount lastSequence gaps", STAFF],
  // A station's credential: with it, whoever may record scans as the station.
  ["Station", "journal", ENGINEERS],
  ["Station", "lastScannedAt lastRecordedAt", STAFF],
  ["ScanBatch", "verdicts recorded revised unchanged refused duplicates receivedAt", RECORDERS],
  ["ScanVerdict", "index station sequence arrival serialNumber outcome revision", RECORDERS],
  ["ScanVerdict", "code message field", RECORDERS],
  ["SharedFields", "connhexId fields", "service"],
  ["OwnerCountry", "country count", "service"],
  ["RecallScope", "count sentence knownAt breakdown devices explain", SCOPE_READERS],
  ["ScopeShare", "value count", SCOPE_READERS],
  ["Recall", "id title criteria sentence knownAt reason frozenAt deviceCount hash", STAFF],
  ["Recall", "state withdrawnAt withdrawalReason devices candidates departures proof", STAFF],
  // Somebody who froze it is a person.
  ["Recall", "frozenBy withdrawnBy", STAFF_BUT_ANALYST],
  ["RecallConnection", "edges nodes pageInfo totalCount", STAFF],
  ["RecallEdge", "cursor node", STAFF],
  ["ScopeClause", "path sentence", SCOPE_READERS],
  ["ScopeExplanation", "serialNumber affected clause revision installation", SCOPE_READERS],
  ["RecallScopeComparison", "onlyInA inBoth onlyInB", SCOPE_READERS],
  [
    "FieldDefinition",
    "name type isRequired isGroupable pattern values label description createdAt retiredAt",
    STAFF,
  ],
  ["SigningKey", "keyId name role algorithm publicKey validFrom validTo state addedAt", STAFF],
  ["SigningKey", "revokedFrom revokedAt revocationReason", STAFF],
  // Whoever registered or revoked it is a person.
  ["SigningKey", "addedBy revokedBy", STAFF_BUT_ANALYST],
  ["DeviceBatch", "verdicts recorded revised unchanged refused", RECORDERS],
  ["DeviceVerdict", "index serialNumber outcome revision code message field", RECORDERS],
  ["ProvisioningGate", "serialNumber connhexId disposition", "service"],
  ["CloudIdentityLinkVerdict", "serialNumber connhexId linked code message", "service"],

  ["CloudIdentity", "id connhexId serialNumber state provisionedAt device", EVERYONE],
  ["CloudIdentity", "name model isProtected history", STAFF],
  ["CloudIdentityChange", "kind state at reason", STAFF],
  // The pages give an identity's history to all staff, and an analyst everything but people: an
  // actor is one. The stricter promise holds, as it does for DeviceRevision.actor.
  ["CloudIdentityChange", "actor", STAFF_BUT_ANALYST],
  ["ClaimCodeReplacement", "connhexId claimCode", ENGINEERS],
  ["Owner", "id kind country", OWNERSHIP_READERS],
  ["Owner", "displayName devices", NAME_READERS],
  ["Owner", "contact", CONTACT_READERS],
  ["OwnerContact", "email phone address", CONTACT_READERS],
  ["Ownership", "id from to endedBy owner device", OWNERSHIP_READERS],
  ["TransferOffer", "code expiresAt", "owner"],
  ["Erasure", "ownerId reason isHoldOverridden released erasedAt erasedBy", ERASERS],
  ["Erasure", "state completedAt", ERASERS],
  ["ErasureConnection", "edges nodes pageInfo totalCount", ERASERS],
  ["ErasureEdge", "cursor node", ERASERS],
  ["ProvisionBatch", "verdicts provisioned pending unchanged refused", RECORDERS],
  [
    "ProvisionVerdict",
    "index serialNumber connhexId outcome code message field initKey claimCode",
    RECORDERS,
  ],

  ["Query", "client clients", CLIENT_READERS],
  ["Mutation", "addClient changeClient addClientKey rotateClientKey revokeClientKey", "admin"],
  ["Mutation", "publishDocuments retireDocuments", "admin"],
  ["Client", "id name kind roles requestsPerMinute isActive createdAt documents", CLIENT_READERS],
  ["Client", "keys history", "admin"],
  ["ClientKey", "id keyId last4 createdAt createdBy expiresAt revokedAt lastUsedAt", "admin"],
  ["ClientChange", "kind about roles requestsPerMinute isActive at actor reason", "admin"],
  ["NewClientKey", "text key client", "admin"],
  ["Document", "id documentId client text operationName operationType", CLIENT_READERS],
  ["Document", "variableLimits nodes values fetches versions isLive", CLIENT_READERS],
  ["Document", "publishedAt publishedBy retiredAt", CLIENT_READERS],
  ["Publication", "client version isPublished verdicts published unchanged refused", "admin"],
  ["DocumentVerdict", "id operationName outcome problems warnings nodes values fetches", "admin"],
  ["DocumentProblem", "code message field line column", "admin"],
  ["DocumentRetirement", "client retired", "admin"],

  ["Query", "webhook webhooks", CLIENT_READERS],
  ["Mutation", "addWebhook rotateWebhookSecret pauseWebhook resumeWebhook", "admin"],
  ["Mutation", "replayWebhook removeWebhook testWebhook", "admin"],
  ["Webhook", "id name url eventTypes state stateReason position", CLIENT_READERS],
  ["Webhook", "failedAttempts failingSince dueAt deliveredAt createdAt", CLIENT_READERS],
  ["Webhook", "deliveries", CLIENT_READERS],
  ["Webhook", "createdBy secrets history", "admin"],
  ["WebhookSecret", "secretId createdAt createdBy endsAt", "admin"],
  ["NewWebhookSecret", "text secret webhook", "admin"],
  ["WebhookChange", "kind about at actor reason", "admin"],
  ["WebhookDelivery", "eventId eventType at attempt outcome", CLIENT_READERS],
  ["WebhookDelivery", "status reason ms", CLIENT_READERS],

  // A page is for whoever may have its list.
  ["WebhookDeliveryConnection", "edges nodes pageInfo totalCount", CLIENT_READERS],
  ["WebhookDeliveryEdge", "cursor node", CLIENT_READERS],
  ["ClientConnection", "edges nodes pageInfo totalCount", CLIENT_READERS],
  ["ClientEdge", "cursor node", CLIENT_READERS],
  ["DocumentConnection", "edges nodes pageInfo totalCount", CLIENT_READERS],
  ["DocumentEdge", "cursor node", CLIENT_READERS],
  ["DeviceConnection", "edges nodes pageInfo totalCount", EVERYONE],
  ["DeviceEdge", "cursor node", EVERYONE],
  ["ShareConnection", "edges nodes pageInfo totalCount", EVERYONE],
  ["ShareEdge", "cursor node", EVERYONE],
  ["ComponentConnection", "edges nodes pageInfo totalCount", STAFF],
  ["ComponentEdge", "cursor node", STAFF],
  ["ComponentInstallationConnection", "edges nodes pageInfo totalCount", STAFF],
  ["ComponentInstallationEdge", "cursor node", STAFF],
  ["TracedItemConnection", "edges nodes pageInfo totalCount isComplete loops", STAFF],
  ["TracedItemEdge", "cursor node", STAFF],
  ["DeviceRevisionConnection", "edges nodes pageInfo totalCount", EVERYONE],
  ["DeviceRevisionEdge", "cursor node", EVERYONE],
  ["PageInfo", "hasNextPage hasPreviousPage startCursor endCursor", EVERYONE],
];
