import { DomainError } from "../../../shared/domain-error.ts";
import { readReason } from "../../../shared/reason.ts";
import type { Context } from "../context.ts";
import { LIMITS } from "../limits.ts";
import { afterWrongCode, assertMayTry } from "../secret/attempts.ts";
import { newCode, readCode } from "../secret/secret.ts";
import { assertCanReplaceClaimCode, assertConnhexId } from "./identity.ts";

/**
 * Checks the claim code of a protected identity. The count of wrong codes is committed before
 * the refusal, and the row is held meanwhile: many guesses at once are judged one after another.
 * Answers the right code's hash, which must still be the identity's when the device is registered.
 */
export async function assertClaimCode(
  { write, secrets, seen }: Context,
  connhexId: string,
  text: string | null,
): Promise<Buffer> {
  if (text === null) {
    throw new DomainError("CLAIM_CODE_REQUIRED", `registering ${connhexId} needs its claim code`, {
      field: "claimCode",
    });
  }
  const code = readCode(text);
  const given = secrets.hash("claim-code", connhexId, code ?? "");
  const isRight = await write(async ({ identities }) => {
    const claim = await identities.lockClaim(connhexId);
    if (!claim?.claimCodeHash) return false;
    assertMayTry(claim);
    if (code !== null && secrets.isSame(claim.claimCodeHash, given)) {
      if (claim.failed > 0) await identities.noteClaim(connhexId, 0, 0);
      return true;
    }
    const { failed, lockMinutes } = afterWrongCode(claim);
    seen?.add([connhexId, null]);
    await identities.noteClaim(connhexId, failed, lockMinutes);
    return false;
  });
  if (!isRight) throw wrongClaimCode(connhexId);
  return given;
}

export function wrongClaimCode(connhexId: string): DomainError {
  return new DomainError("CLAIM_CODE_WRONG", `this is not the claim code of ${connhexId}`, {
    field: "claimCode",
  });
}

/** Gives a protected identity a new claim code; the former one is void from then on. */
export async function replaceClaimCode(
  { write, secrets, caller }: Context,
  connhexId: string,
  text: string,
) {
  assertConnhexId(connhexId);
  const note = { actor: caller.subject, reason: readReason(text, LIMITS.reasonCharacters) };
  const claimCode = newCode();
  const hash = secrets.hash("claim-code", connhexId, claimCode);
  await write(async ({ identities }) => {
    const identity = await identities.lock(connhexId);
    if (!identity) throw new DomainError("NOT_FOUND", "no such cloud identity");
    assertCanReplaceClaimCode(identity);
    await identities.replaceClaimCode(connhexId, hash, note);
  });
  return { connhexId, claimCode };
}
