import DataLoader from "dataloader";
import { type Caller, serviceCaller } from "../../../shared/caller.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import type { PeerExecutor } from "../../../shared/graph/subgraph-service.ts";
import { LIMITS } from "../limits.ts";
import { within } from "./within.ts";

const OWNED_BY = `query OwnedBy($subject: String!, $connhexIds: [ID!]!) {
  ownedBy(subject: $subject, connhexIds: $connhexIds)
}`;

/** Asks in the name of a device that has no connhexId, or is not there. */
export const NO_IDENTITY = "";

/**
 * Asks Ownership whether the caller owns a device now; false for a device without cloud identity.
 * Ownership is asked even then, so that its absence does not tell which devices exist. Where it
 * cannot be asked the answer is a refusal, never yes.
 */
export function ownedByCaller(
  ownership: PeerExecutor,
  caller: Caller,
): DataLoader<string, boolean> {
  return new DataLoader<string, boolean>(
    async (keys) => {
      const connhexIds = keys.filter((key) => key !== NO_IDENTITY);
      const owned = new Set(await askOwnedBy(ownership, caller, connhexIds));
      return keys.map((key) => key !== NO_IDENTITY && owned.has(key));
    },
    { maxBatchSize: LIMITS.rowsPerBatch },
  );
}

async function askOwnedBy(
  ownership: PeerExecutor,
  caller: Caller,
  connhexIds: string[],
): Promise<string[]> {
  const asker = serviceCaller("manufacturing", caller.tenant);
  const variables = { subject: caller.subject, connhexIds };
  const result = await within(LIMITS.peerTimeoutMs, ownership(asker, OWNED_BY, variables));
  const ids: unknown = result?.errors?.length ? null : result?.data?.ownedBy;
  if (Array.isArray(ids)) return ids.map(String);
  throw new DomainError("SUBGRAPH_UNAVAILABLE", "ownership cannot say now what you own", {
    subgraph: "ownership",
  });
}
