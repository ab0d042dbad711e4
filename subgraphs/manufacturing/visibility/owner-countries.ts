import { serviceCaller } from "../../../shared/caller.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import type { PeerExecutor } from "../../../shared/graph/subgraph-service.ts";
import { LIMITS } from "../limits.ts";
import { within } from "./within.ts";

const OWNER_COUNTRIES = `query OwnerCountries($connhexIds: [ID!]!) {
  ownerCountries(connhexIds: $connhexIds) { country count }
}`;

interface CountryCount {
  country: string | null;
  count: number;
}

/**
 * Asks Ownership in how many devices' cases the owner's country is which; null counts those without
 * an owner, and owners without a country. Nothing of a person is answered. Where it cannot be asked
 * this is a refusal, never a part of the answer.
 */
export async function countOwnerCountries(
  ownership: PeerExecutor,
  tenant: string,
  connhexIds: readonly string[],
): Promise<Map<string | null, number>> {
  const counts = new Map<string | null, number>();
  for (let at = 0; at < connhexIds.length; at += LIMITS.ownerCountryIds) {
    const asked = connhexIds.slice(at, at + LIMITS.ownerCountryIds);
    for (const { country, count } of await ask(ownership, tenant, asked)) {
      counts.set(country, (counts.get(country) ?? 0) + count);
    }
  }
  return counts;
}

async function ask(
  ownership: PeerExecutor,
  tenant: string,
  connhexIds: readonly string[],
): Promise<CountryCount[]> {
  const asker = serviceCaller("manufacturing", tenant);
  const asked = ownership(asker, OWNER_COUNTRIES, { connhexIds });
  const result = await within(LIMITS.peerTimeoutMs, asked);
  const counts = result?.errors?.length ? null : result?.data?.ownerCountries;
  if (Array.isArray(counts)) return counts as CountryCount[];
  throw new DomainError("SUBGRAPH_UNAVAILABLE", "ownership cannot say now where owners are", {
    subgraph: "ownership",
  });
}
