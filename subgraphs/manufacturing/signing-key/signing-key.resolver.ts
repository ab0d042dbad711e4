import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { DomainError } from "../../../shared/domain-error.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import { readReason } from "../../../shared/reason.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { Context } from "../context.ts";
import { LIMITS } from "../limits.ts";
import { addSigningKey } from "./add-signing-key.ts";
import { type RegisteredKey, type SigningKeyState, stateAt } from "./signing-key.ts";
import { SigningKey, SigningKeyInput, SigningKeyStateEnum } from "./signing-key.type.ts";

@Resolver(() => SigningKey)
export class SigningKeyResolver {
  @Query(() => [SigningKey], {
    description: "All signing keys of the tenant by name; those that may sign no more too.",
  })
  signingKeys(@Ctx() { signingKeys }: Context): Promise<RegisteredKey[]> {
    return signingKeys.all();
  }

  @Mutation(() => SigningKey, {
    description:
      "Registers a key with which hand-overs may be signed. A key is registered once: the same key as something else is refused.",
  })
  addSigningKey(
    @Arg("input", () => SigningKeyInput, { description: "The key, and whose it is." })
    input: SigningKeyInput,
    @Ctx() context: Context,
  ): Promise<RegisteredKey> {
    return addSigningKey(context, input);
  }

  @Mutation(() => SigningKey, {
    description:
      "Revokes a key from a time on. What it signs is refused, and what was recorded from that time on with its signature is flagged. The time can be moved forward, and never back.",
  })
  async revokeSigningKey(
    @Arg("keyId", () => ID, { description: "Of a registered key." }) keyId: string,
    @Arg("reason", () => String, { description: "Why; at most 1,000 characters." }) text: string,
    @Arg("from", () => DateTime, {
      nullable: true,
      description: "From when on; now unless given. Lies in the past where a key was stolen.",
    })
    from: Timestamp | null | undefined,
    @Ctx() { write, caller, signingKeys }: Context,
  ): Promise<RegisteredKey> {
    const reason = readReason(text, LIMITS.reasonCharacters);
    const revocation = { from: from ?? null, by: caller.subject, reason };
    const known = await signingKeys.byId.load(keyId);
    if (!known) throw new DomainError("NOT_FOUND", "no such signing key", { field: "keyId" });
    const isNew = await write((tx) => tx.signingKeys.revoke(keyId, revocation));
    const key = await signingKeys.byId.load(keyId);
    if (!key) throw new Error("a signing key is gone");
    if (isNew) return key;
    const since = `it is revoked from ${key.revokedFrom} on; only an earlier time can be given`;
    throw new DomainError("NOTHING_TO_CHANGE", since, { field: "from" });
  }

  @FieldResolver(() => SigningKeyStateEnum, { description: "Whether it may sign now." })
  state(@Root() key: RegisteredKey): SigningKeyState {
    return stateAt(key, key.readAt);
  }
}
