import { contentSql, enterSql } from "../../../shared/ledger-store/entry-sql.store.ts";
import { OWNERSHIP_CONTENT, PROVISIONING_CONTENT } from "./ownership-content.ts";

/** Where a statement has what its rows alone do not say: commitments, which Node makes. */
interface Committed {
  /** Rows of the revisions' table, as `r`. */
  from: string;
  /** The commitment to who did it. */
  actor: string;
  /** The commitment to why, or NULL. */
  reason: string;
}

/** The part of a writing statement that enters states of cloud identities. */
export function enterIdentities({ from, actor, reason }: Committed): string {
  return enterSql({
    ...{ from, actor, type: "PROVISIONING", tenant: "r.tenant", at: "r.at" },
    id: "'provisioning/' || r.connhex_id || '/' || r.revision",
    content: contentSql(PROVISIONING_CONTENT, {
      ...{ kind: "r.kind", reason, serialNumber: "r.serial_number", state: "r.state" },
    }),
  });
}

/** The part of a writing statement that enters changes of owners. */
export function enterOwnerships({ from, actor, reason }: Committed): string {
  return enterSql({
    ...{ from, actor, type: "OWNERSHIP", tenant: "r.tenant", at: "r.at" },
    id: "'ownership/' || r.ownership_id || '/' || r.revision",
    content: contentSql(OWNERSHIP_CONTENT, {
      ...{ connhexId: "r.connhex_id", kind: "r.kind", ownerId: "r.owner_id", reason },
    }),
  });
}
