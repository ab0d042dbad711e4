import type { Context } from "../context.ts";
import type { SecretPurpose } from "../secret/secret.ts";
import type { ProvisionText, Verdict } from "./provisioning.ts";

/** Secrets that a verdict brings. */
export interface Secrets {
  initKey: string | null;
  claimCode: string | null;
}

export const NO_SECRETS: Secrets = { initKey: null, claimCode: null };

/**
 * By row, the new secrets that it brought and that are those of its identity indeed. Whoever made
 * them knows them, so they are told as often as is asked: an answer that was lost loses none.
 */
export async function provenSecrets(
  { provisioning, secrets }: Pick<Context, "provisioning" | "secrets">,
  given: readonly ProvisionText[],
  verdicts: readonly Verdict[],
): Promise<Map<number, Secrets>> {
  const asking = verdicts.flatMap(({ index, outcome, connhexId }) => {
    const { newInitKey = null, newClaimCode = null } = given[index] ?? {};
    const isAsking = newInitKey !== null || newClaimCode !== null;
    return isAsking && outcome !== "REFUSED" && connhexId !== null
      ? [{ index, connhexId, newInitKey, newClaimCode }]
      : [];
  });
  if (asking.length === 0) return new Map();
  const standing = await provisioning.standing(
    [],
    asking.map(({ connhexId }) => connhexId),
  );
  const byId = new Map(standing.map((identity) => [identity.connhexId, identity]));
  const proven = (purpose: SecretPurpose, hash: Buffer | null, id: string, text: string | null) =>
    hash !== null && text !== null && secrets.isSame(hash, secrets.hash(purpose, id, text))
      ? text
      : null;
  return new Map(
    asking.map(({ index, connhexId, newInitKey, newClaimCode }) => {
      const { initKeyHash = null, claimCodeHash = null } = byId.get(connhexId) ?? {};
      const initKey = proven("init-key", initKeyHash, connhexId, newInitKey);
      const claimCode = proven("claim-code", claimCodeHash, connhexId, newClaimCode);
      return [index, { initKey, claimCode }];
    }),
  );
}
