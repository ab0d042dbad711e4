/**
 * Every refusal that a caller can act on, with what to do about it. The list is closed: adding
 * a code is an API change. `docs/errors.md` says the same for readers.
 */
export const ERROR_CODES = {
  // who asks
  UNAUTHENTICATED: "Send a valid bearer token.",
  FORBIDDEN: "Ask with a role that may do this.",
  // what was asked
  BAD_USER_INPUT: "Mend the named argument.",
  PAGE_SIZE_OUT_OF_RANGE: "Ask for 1 to 1000 items.",
  INVALID_CURSOR: "Use a cursor that this same question returned.",
  POSITION_TOO_OLD: "Read the present state, then follow from there: `after=now`.",
  NOT_FOUND: "Check the identifier.",
  LIMIT_EXCEEDED: "Stay within the limit that the message names.",
  DOCUMENT_NOT_FOUND: "Publish the document for this client, or correct its id.",
  BAD_DOCUMENT_ID: "Use the hash of the very text, or an id that does not look like one.",
  DOCUMENT_ID_TAKEN: "Publish another text under another id.",
  DOCUMENT_REQUIRED: "Ask by the id of a document that was published for you.",
  UNKNOWN_VALUE: "Correct the value: nothing ever had it, so it can affect nothing.",
  CONTRADICTION: "Mend the named clause: as it stands, no device can meet the criteria.",
  SCOPE_CHANGED: "Look at the scope again, and freeze it with its present count.",
  SCOPE_EMPTY: "Widen the criteria: they give no device.",
  CRITERIA_TOO_DEEP: "Nest allOf, anyOf and noneOf less.",
  TOO_MANY_CLAUSES: "Use lists of values in place of clauses, or several questions.",
  // limits of one request; both figures stand beside the code
  DOCUMENT_TOO_LARGE: "Send a shorter document, with long texts in variables.",
  TOO_MANY_TOKENS: "Ask for less in one document.",
  DOCUMENT_TOO_DEEP: "Ask for the inner levels in a document of their own.",
  INTROSPECTION_TOO_DEEP: "Ask for the schema less deeply.",
  LITERAL_TOO_DEEP: "Nest lists and objects less, or send them as variables.",
  TOO_MANY_ALIASES: "Use fewer aliases, or several documents.",
  TOO_MANY_DIRECTIVES: "Use fewer directives.",
  TOO_MANY_FIELDS: "Ask for fewer fields; fragments count wherever they are spread.",
  COST_TOO_HIGH: "Ask for smaller pages, or page through the inner lists by themselves.",
  TOO_MANY_IDS: "Ask for at most 1000 ids at once.",
  VARIABLES_TOO_DEEP: "Nest lists and objects less.",
  VARIABLE_LIST_TOO_LONG: "Send the list in parts.",
  VARIABLE_TEXT_TOO_LONG: "Send a shorter text.",
  VARIABLE_BEYOND_LIMIT: "Keep within what the document was published with.",
  BODY_TOO_LARGE: "Send the rows in parts.",
  // one row of a batch
  FIELD_REQUIRED: "Give the named field.",
  UNKNOWN_FIELD: "Define the custom field first, or correct its name.",
  INVALID_VALUE: "Mend the named field.",
  DUPLICATE_IN_BATCH: "Send each serial number once a batch.",
  ALREADY_RECORDED: "Use correctDevice, with a reason, to change what is known.",
  PHASE_OUT_OF_ORDER: "A phase goes forward; use correctDevice for rework.",
  CONCURRENT_CHANGE: "Send the row again.",
  SIGNATURE_INVALID: "Sign exactly the bytes that you send, with the registered key.",
  SIGNING_KEY_REFUSED: "Sign with a key that is registered and valid now.",
  // corrections
  STALE_REVISION: "Read the device again and repeat with its present revision.",
  REASON_REQUIRED: "Say why.",
  NOTHING_TO_CHANGE: "It is so already; name what shall differ.",
  // batches
  BATCH_TOO_LARGE: "Send at most 1000 rows at once.",
  IDEMPOTENCY_KEY_REUSED: "Use a new key for other content.",
  // stations
  SCAN_SEQUENCE_REUSED:
    "Number new scans from where the station stands; a journal is never copied.",
  SCAN_SEQUENCE_AHEAD:
    "Send the scans before it first; where they are lost, hand the station over to a new journal.",
  STATION_NAME_TAKEN: "Give the station another name, or hand this one over to its journal.",
  // custom fields
  FIELD_DEFINITION_CONFLICT: "A field's type never changes; define another field.",
  // provisioning
  DEVICE_NOT_RECORDED: "Record the device first.",
  DEVICE_QUARANTINED: "Release the device first.",
  DEVICE_SCRAPPED: "A scrapped device stays out of the field.",
  ALREADY_PROVISIONED: "The device has another cloud identity.",
  CONNHEX_ID_TAKEN: "Another device has this connhexId.",
  // ownership
  DEVICE_NOT_PROVISIONED: "Provision the device first.",
  IDENTITY_NOT_ACTIVE: "The cloud identity is not active.",
  ALREADY_REGISTERED: "The present owner must release or transfer the device.",
  NOT_REGISTERED: "Nobody has registered the device.",
  CLAIM_CODE_REQUIRED: "Give the claim code that came with the device.",
  CLAIM_CODE_WRONG: "Check the claim code.",
  CONSENT_REQUIRED: "The present owner must offer the transfer and hand over its code.",
  TOO_MANY_ATTEMPTS: "Wait, then try again.",
  OWNER_NOT_FOUND: "Check the owner's id.",
  OWNER_ON_HOLD: "Wait until the recall is withdrawn, or override it and say why.",
  // more at once than is granted; the same request may succeed later
  RATE_LIMITED: "Wait for the time in Retry-After, then go on more slowly.",
  OVERLOADED: "Wait for the time in Retry-After, then try again.",
  SUBSCRIPTION_INTERRUPTED: "Subscribe again, then read anew what may have changed.",
  // proofs
  NOT_LOGGED_YET: "Ask again in a few seconds.",
  LOG_DIFFERS: "Do not rely on the record; tell its operator, who runs `tracegraph audit`.",
  // a service that cannot be asked now; the same request may succeed later
  SUBGRAPH_UNAVAILABLE: "Try again later.",
  ISSUER_UNAVAILABLE: "Try again later.",
  DATABASE_UNAVAILABLE: "Try again later.",
  TIMEOUT: "Ask for less, or try again later.",
  // a fault of ours; the log line with the same request id tells more
  INTERNAL: "Report the request id.",
} as const;
export type ErrorCode = keyof typeof ERROR_CODES;

const RETRYABLE: readonly ErrorCode[] = [
  "NOT_LOGGED_YET",
  "SUBGRAPH_UNAVAILABLE",
  "ISSUER_UNAVAILABLE",
  "DATABASE_UNAVAILABLE",
  "TIMEOUT",
  "CONCURRENT_CHANGE",
  "TOO_MANY_ATTEMPTS",
  "RATE_LIMITED",
  "OVERLOADED",
  "SUBSCRIPTION_INTERRUPTED",
];

/** Whether the same request may succeed later without being changed. */
export function isRetryable(code: ErrorCode): boolean {
  return RETRYABLE.includes(code);
}

/** What a refusal may name beside its code: a field, a present value; never a secret. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

/** A refusal by the rules. Everything else that is thrown is a fault, and is masked. */
export class DomainError extends Error {
  override name = "DomainError";
  /** graphql-js copies these onto the GraphQL error. */
  readonly extensions: Readonly<Record<string, unknown>> & { code: ErrorCode };

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
    this.extensions = { ...details, code, ...(isRetryable(code) && { retryable: true }) };
  }
}
