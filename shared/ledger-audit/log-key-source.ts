import {
  afterKey,
  backfillSource,
  type EnteredRow,
  pagesOf,
} from "../ledger-store/backfill.store.ts";
import { logKeyEntry, NO_TENANT } from "../ledger-store/log-key-entry.ts";
import type { AuditSource } from "./walk-rows.ts";

const KEYS = pagesOf(
  "log_keys",
  "'log-key/' || key_id",
  (
    isEntered,
  ) => `SELECT '${NO_TENANT}' AS tenant, NULL AS actor, ${isEntered} AS "isEntered", key_id AS "keyId",
     verifier_key AS "verifierKey", at
   FROM ledger_key WHERE key_id > ${afterKey(1, "text", "''")} ORDER BY key_id LIMIT $2`,
);

/** The keys that have signed for a log: each is entered into it. */
export const LOG_KEY_SOURCE: AuditSource = backfillSource<
  EnteredRow & { keyId: string; verifierKey: string; at: string }
>({
  source: "ledger_key",
  page: KEYS,
  most: 100,
  keyOf: ({ keyId }) => [keyId],
  entryOf: logKeyEntry,
});
