import { contentSql, enterSql } from "../../../shared/ledger-store/entry-sql.store.ts";
import { ERASURE_CONTENT } from "./erasure-content.ts";

/** The part of the statement that notes erasures, as `r`, which enters them. */
export function enterErasures({
  from,
  actor,
  reason,
}: {
  from: string;
  /** The commitments to who did it, and why. */
  actor: string;
  reason: string;
}): string {
  return enterSql({
    ...{ from, actor, type: "ERASURE", tenant: "r.tenant", at: "r.erased_at" },
    id: "'erasure/' || r.erasure_id",
    content: contentSql(ERASURE_CONTENT, {
      ...{ hold: "r.hold", ownerId: "r.owner_id", reason, released: "r.released" },
    }),
  });
}
