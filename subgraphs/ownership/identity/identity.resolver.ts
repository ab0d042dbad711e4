import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from "type-graphql";
import { DomainError } from "../../../shared/domain-error.ts";
import { globalId } from "../../../shared/global-id.ts";
import { readReason } from "../../../shared/reason.ts";
import type { Context } from "../context.ts";
import { Device } from "../device/device.type.ts";
import { LIMITS } from "../limits.ts";
import { replaceClaimCode } from "./claim-code.ts";
import type { IdentityRow } from "./identity.store.ts";
import { assertCanBecome, assertConnhexId, type CloudIdentityState } from "./identity.ts";
import {
  ClaimCodeReplacement,
  CloudIdentity,
  CloudIdentityChange,
  CloudIdentityStateEnum,
} from "./identity.type.ts";

@Resolver(() => CloudIdentity)
export class IdentityResolver {
  @Mutation(() => CloudIdentity, {
    description: "Suspends an active identity, makes it active again, or revokes it for ever.",
  })
  changeIdentityState(
    @Arg("connhexId", () => ID) connhexId: string,
    @Arg("state", () => CloudIdentityStateEnum) state: CloudIdentityState,
    @Arg("reason", () => String) reason: string,
    @Ctx() { write, caller }: Context,
  ): Promise<IdentityRow> {
    assertConnhexId(connhexId);
    const note = { actor: caller.subject, reason: readReason(reason, LIMITS.reasonCharacters) };
    return write(async ({ identities }) => {
      const identity = await identities.lock(connhexId);
      if (!identity) throw new DomainError("NOT_FOUND", "no such cloud identity");
      assertCanBecome(identity, state);
      return identities.changeState(connhexId, state, note);
    });
  }

  @Mutation(() => ClaimCodeReplacement, {
    description: "Gives a protected identity whose claim code was lost a new one.",
  })
  replaceClaimCode(
    @Arg("connhexId", () => ID) connhexId: string,
    @Arg("reason", () => String) reason: string,
    @Ctx() context: Context,
  ): Promise<ClaimCodeReplacement> {
    return replaceClaimCode(context, connhexId, reason);
  }

  @FieldResolver(() => ID)
  id(@Root() { connhexId }: IdentityRow): string {
    return globalId("CloudIdentity", connhexId);
  }

  @FieldResolver(() => Device, { nullable: true })
  device(@Root() { connhexId }: IdentityRow): Device {
    return { connhexId };
  }

  @FieldResolver(() => [CloudIdentityChange], { description: "What happened to it, oldest first." })
  history(
    @Root() { connhexId }: IdentityRow,
    @Ctx() { identities }: Context,
  ): Promise<readonly CloudIdentityChange[]> {
    return identities.historyOf.load(connhexId);
  }
}
