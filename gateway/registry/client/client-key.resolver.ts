import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Resolver, Root } from "type-graphql";
import { globalId } from "../../../shared/global-id.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { Context } from "../context.ts";
import {
  addClientKey,
  type MadeKey,
  revokeClientKey,
  rotateClientKey,
} from "./change-client-keys.ts";
import type { ClientKeyRow } from "./client-key.store.ts";
import { ClientKey, NewClientKey } from "./client-key.type.ts";

@Resolver(() => ClientKey)
export class ClientKeyResolver {
  @Mutation(() => NewClientKey, {
    description: "Gives a client a key. At most two of its keys are valid at once.",
  })
  addClientKey(
    @Arg("client", () => String, { description: "The client's name." }) client: string,
    @Arg("expiresAt", () => DateTime, {
      nullable: true,
      description: "When the key ends by itself; never if not set.",
    })
    expiresAt: Timestamp | null,
    @Ctx() context: Context,
  ): Promise<MadeKey> {
    return addClientKey(context, client, expiresAt ?? null);
  }

  @Mutation(() => NewClientKey, {
    description: "Gives a client a new key; its present one ends after the overlap.",
  })
  rotateClientKey(
    @Arg("client", () => String, { description: "The client's name." }) client: string,
    @Arg("overlapHours", () => Int, {
      defaultValue: 24,
      description: "How long both keys are valid: 0 to 720.",
    })
    overlapHours: number,
    @Arg("expiresAt", () => DateTime, {
      nullable: true,
      description: "When the new key ends by itself; never if not set.",
    })
    expiresAt: Timestamp | null,
    @Ctx() context: Context,
  ): Promise<MadeKey> {
    return rotateClientKey(context, client, { overlapHours, expiresAt: expiresAt ?? null });
  }

  @Mutation(() => ClientKey, { description: "Ends a key at once, for ever." })
  revokeClientKey(
    @Arg("keyId", () => ID, { description: "The key's keyId." }) keyId: string,
    @Arg("reason", () => String, { description: "Why." }) reason: string,
    @Ctx() context: Context,
  ): Promise<ClientKeyRow> {
    return revokeClientKey(context, keyId, reason);
  }

  @FieldResolver(() => ID)
  id(@Root() { keyId }: ClientKeyRow): string {
    return globalId("ClientKey", keyId);
  }
}
