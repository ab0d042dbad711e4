import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { DomainError } from "../../../shared/domain-error.ts";
import type { Context } from "../context.ts";
import type { IdentityRow } from "../identity/identity.store.ts";
import { CloudIdentity } from "../identity/identity.type.ts";
import type { OwnerRow } from "../owner/owner.store.ts";
import { Owner } from "../owner/owner.type.ts";
import type { OwnershipRow } from "../ownership/ownership.store.ts";
import { Ownership } from "../ownership/ownership.type.ts";
import { Device } from "./device.type.ts";

/** What Ownership adds to a device. Null where it has no connhexId, or is not the caller's to see. */
@Resolver(() => Device)
export class DeviceResolver {
  @FieldResolver(() => CloudIdentity, { nullable: true })
  async identity(
    @Root() { connhexId }: Device,
    @Ctx() context: Context,
  ): Promise<IdentityRow | null> {
    if (connhexId == null) return null;
    if (await context.seesDevice("identity", connhexId)) {
      return context.identities.byConnhexId.load(connhexId);
    }
    // Of a device that a partner sees, what it may not see is refused and not passed off as absent.
    if (!(await context.isShared(connhexId))) return null;
    throw new DomainError("FORBIDDEN", "identity is not shared with you");
  }

  @FieldResolver(() => Owner, { nullable: true, description: "Who has registered it, now." })
  owner(@Root() { connhexId }: Device, @Ctx() context: Context): Promise<OwnerRow | null> | null {
    if (connhexId == null) return null;
    return context.ownerships
      .currentOf(connhexId)
      .then((row) => (row?.ownerId == null ? null : context.visibleOwner(row.ownerId)));
  }

  @FieldResolver(() => [Ownership], { nullable: true, description: "Oldest first." })
  async ownerships(
    @Root() { connhexId }: Device,
    @Ctx() context: Context,
  ): Promise<readonly OwnershipRow[] | null> {
    if (connhexId == null || !(await context.seesDevice("ownership", connhexId))) return null;
    return context.ownerships.historyOf(connhexId);
  }
}
