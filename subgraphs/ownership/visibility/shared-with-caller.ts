import DataLoader from "dataloader";
import { type Caller, type CallerRole, STAFF } from "../../../shared/caller.ts";
import { LIMITS } from "../limits.ts";
import type { Manufacturing } from "../provisioning/manufacturing-peer.ts";

/** The name of a share's field that shows a device's cloud identity. */
export const IDENTITY = "identity";

/**
 * Asks Manufacturing which fields of a device are shared with the caller; null where it is not
 * shared, and for whoever is no partner. Where Manufacturing cannot be asked the answer is a
 * refusal, never yes.
 */
export function sharedWithCaller(
  manufacturing: Manufacturing,
  caller: Caller,
): DataLoader<string, readonly string[] | null> {
  const partner = partnerOf(caller);
  return new DataLoader<string, readonly string[] | null>(
    async (connhexIds) => {
      if (partner === null) return connhexIds.map(() => null);
      const shared = await manufacturing.sharedFields(caller.tenant, partner, connhexIds);
      const fields = new Map(shared.map((one) => [one.connhexId, one.fields]));
      return connhexIds.map((connhexId) => fields.get(connhexId) ?? null);
    },
    { maxBatchSize: LIMITS.batchRows },
  );
}

/** Staff see all, and a partner without client is one with whom nothing can be shared. */
function partnerOf({ roles, client }: Caller): string | null {
  const isStaff = roles.some((role) => (STAFF as readonly CallerRole[]).includes(role));
  return roles.includes("partner") && !isStaff ? client : null;
}
