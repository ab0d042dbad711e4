import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "./context.ts";
import type { OwnerEntity } from "./owner.entity.ts";
import { CloudIdentity, Device, Owner, Ownership } from "./owner.type.ts";

/** What the ownership service knows of a device. */
@Resolver(() => Device)
export class DeviceResolver {
  @FieldResolver(() => CloudIdentity, { nullable: true })
  identity(
    @Root() { connhexId }: Device,
    @Ctx() { identityOf }: Context,
  ): Promise<CloudIdentity | null> | null {
    return connhexId === null ? null : identityOf.load(connhexId);
  }

  @FieldResolver(() => Owner, { nullable: true })
  async owner(
    @Root() { connhexId }: Device,
    @Ctx() { ownershipOf, owner }: Context,
  ): Promise<OwnerEntity | null> {
    const ownership = connhexId === null ? null : await ownershipOf.load(connhexId);
    return ownership?.ownerId == null ? null : owner.load(ownership.ownerId);
  }

  @FieldResolver(() => [Ownership], { nullable: true })
  async ownerships(
    @Root() { connhexId }: Device,
    @Ctx() { changesOf }: Context,
  ): Promise<Ownership[] | null> {
    if (connhexId === null) return null;
    const changes = await changesOf.load(connhexId);
    return changes.flatMap(({ at: from, ownerId }, place) =>
      ownerId === null ? [] : [{ from, to: changes[place + 1]?.at ?? null, ownerId }],
    );
  }
}

@Resolver(() => Ownership)
export class OwnershipResolver {
  @FieldResolver(() => Owner, { nullable: true })
  owner(@Root() { ownerId }: Ownership, @Ctx() context: Context): Promise<OwnerEntity | null> {
    return context.owner.load(ownerId);
  }
}

/** Opened once a request, however often an owner is of the answer. */
const names = new WeakMap<OwnerEntity, string | null>();

@Resolver(() => Owner)
export class OwnerResolver {
  @FieldResolver(() => String, { nullable: true })
  displayName(@Root() owner: OwnerEntity, @Ctx() { openName }: Context): string | null {
    let name = names.get(owner);
    if (name === undefined) {
      const { ownerId, key, contact } = owner;
      name = openName({
        ownerId,
        wrappedKey: key?.wrappedKey ?? null,
        ciphertext: contact?.ciphertext ?? null,
      });
      names.set(owner, name);
    }
    return name;
  }
}
