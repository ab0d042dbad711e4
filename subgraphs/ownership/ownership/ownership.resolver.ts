import {
  Arg,
  Ctx,
  Directive,
  FieldResolver,
  ID,
  Mutation,
  Query,
  Resolver,
  Root,
} from "type-graphql";
import { DomainError } from "../../../shared/domain-error.ts";
import { globalId } from "../../../shared/global-id.ts";
import type { Context } from "../context.ts";
import { Device } from "../device/device.type.ts";
import { LIMITS } from "../limits.ts";
import type { OwnerRow } from "../owner/owner.store.ts";
import { Owner } from "../owner/owner.type.ts";
import type { OwnershipRow } from "./ownership.store.ts";
import { endOf, type OwnershipEnd } from "./ownership.ts";
import {
  OwnerCountry,
  Ownership,
  OwnershipEndEnum,
  RegisterOwnershipInput,
  TransferOffer,
  TransferOwnershipInput,
} from "./ownership.type.ts";
import { registerOwnership } from "./register-ownership.ts";
import { releaseOwnership } from "./release-ownership.ts";
import { offerTransfer, transferOwnership } from "./transfer-ownership.ts";

@Resolver(() => Ownership)
export class OwnershipResolver {
  @Directive("@inaccessible")
  @Query(() => [ID], { description: "Of these connhexIds, those that this subject owns now." })
  async ownedBy(
    @Arg("subject", () => String) subject: string,
    @Arg("connhexIds", () => [ID]) connhexIds: string[],
    @Ctx() { ownerships }: Context,
  ): Promise<string[]> {
    if (connhexIds.length > LIMITS.ownedByIds) {
      throw new DomainError("LIMIT_EXCEEDED", `ask for at most ${LIMITS.ownedByIds} ids`);
    }
    return ownerships.ownedBy(subject, connhexIds);
  }

  @Directive("@inaccessible")
  @Query(() => [OwnerCountry], {
    description: "Of these devices, how many have their owner in which country now.",
  })
  async ownerCountries(
    @Arg("connhexIds", () => [ID]) connhexIds: string[],
    @Ctx() { ownerships }: Context,
  ): Promise<OwnerCountry[]> {
    if (connhexIds.length > LIMITS.ownerCountryIds) {
      throw new DomainError("LIMIT_EXCEEDED", `ask for at most ${LIMITS.ownerCountryIds} ids`);
    }
    return ownerships.countries(connhexIds);
  }

  @Mutation(() => Ownership, {
    description:
      "Registers a provisioned device, that is nobody's, to the caller or on his behalf.",
  })
  registerOwnership(
    @Arg("input", () => RegisterOwnershipInput) input: RegisterOwnershipInput,
    @Ctx() context: Context,
  ): Promise<OwnershipRow> {
    return registerOwnership(context, input);
  }

  @Mutation(() => TransferOffer, {
    description: "The present owner's consent: whoever has its code may take the device over.",
  })
  offerOwnershipTransfer(
    @Arg("connhexId", () => ID) connhexId: string,
    @Ctx() context: Context,
  ): Promise<TransferOffer> {
    return offerTransfer(context, connhexId);
  }

  @Mutation(() => Ownership, {
    description: "Gives a device to another owner: by the present one, or with his consent code.",
  })
  transferOwnership(
    @Arg("input", () => TransferOwnershipInput) input: TransferOwnershipInput,
    @Ctx() context: Context,
  ): Promise<OwnershipRow> {
    return transferOwnership(context, input);
  }

  @Mutation(() => Ownership, {
    description: "Ends an ownership: by the present owner, or by staff. Anyone may then register.",
  })
  releaseOwnership(
    @Arg("connhexId", () => ID) connhexId: string,
    @Arg("reason", () => String) reason: string,
    @Ctx() context: Context,
  ): Promise<OwnershipRow> {
    return releaseOwnership(context, connhexId, reason);
  }

  @FieldResolver(() => ID)
  id(@Root() { ownershipId }: OwnershipRow): string {
    return globalId("Ownership", ownershipId);
  }

  @FieldResolver(() => Owner, {
    nullable: true,
    description: "Null where not the caller's to see.",
  })
  owner(
    @Root() { ownerId }: OwnershipRow,
    @Ctx() context: Context,
  ): OwnerRow | null | Promise<OwnerRow | null> {
    return context.visibleOwner(ownerId);
  }

  @FieldResolver(() => Device, { nullable: true })
  device(@Root() { connhexId }: OwnershipRow): Device {
    return { connhexId };
  }

  @FieldResolver(() => OwnershipEndEnum, { nullable: true, description: "Null while it lasts." })
  endedBy(@Root() { next }: OwnershipRow): OwnershipEnd | null {
    return endOf(next);
  }
}
