import type { Timestamp } from "../time.ts";
import { contentHash, contentText } from "./content-fields.ts";
import { type Entry, entryText } from "./entry.ts";

/** Whose entries are nobody's: those of the log itself. No tenant has this name. */
export const NO_TENANT = "*";

const LOG_KEY_CONTENT = { verifierKey: "text" } as const;

/** The entry of a key that begins to sign. */
export function logKeyEntry(key: { keyId: string; verifierKey: string; at: Timestamp }): Entry {
  return {
    actor: "",
    at: key.at,
    content: contentHash(contentText(LOG_KEY_CONTENT, key)),
    id: `log-key/${key.keyId}`,
    tenant: NO_TENANT,
    type: "LOG_KEY",
  };
}

/** The entry, as it waits to be sequenced. */
export function pendingLogKey(key: { keyId: string; verifierKey: string; at: Timestamp }) {
  const entry = logKeyEntry(key);
  return { tenant: entry.tenant, id: entry.id, text: entryText(entry) };
}
