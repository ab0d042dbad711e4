import { DomainError } from "../../../shared/domain-error.ts";
import type { Context } from "../context.ts";
import { afterWrongCode, assertMayTry } from "../secret/attempts.ts";
import { readCode } from "../secret/secret.ts";

/**
 * Checks the claim code of a protected identity. The count of wrong codes is committed before
 * the refusal, and the row is held meanwhile: many guesses at once are judged one after another.
 */
export async function assertClaimCode(
  { write, secrets }: Context,
  connhexId: string,
  text: string | null,
): Promise<void> {
  if (text === null) {
    throw new DomainError("CLAIM_CODE_REQUIRED", `registering ${connhexId} needs its claim code`, {
      field: "claimCode",
    });
  }
  const code = readCode(text);
  const isRight = await write(async ({ identities }) => {
    const claim = await identities.lockClaim(connhexId);
    if (!claim?.claimCodeHash) return false;
    assertMayTry(claim);
    const given = secrets.hash("claim-code", connhexId, code ?? "");
    if (code !== null && secrets.isSame(claim.claimCodeHash, given)) {
      if (claim.failed > 0) await identities.noteClaim(connhexId, 0, 0);
      return true;
    }
    const { failed, lockMinutes } = afterWrongCode(claim);
    await identities.noteClaim(connhexId, failed, lockMinutes);
    return false;
  });
  if (!isRight) {
    throw new DomainError("CLAIM_CODE_WRONG", `this is not the claim code of ${connhexId}`, {
      field: "claimCode",
    });
  }
}
