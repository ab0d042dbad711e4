import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { globalId, numberOfGlobalId } from "../../../shared/global-id.ts";
import { askedPage, PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../../shared/graph/page-info.type.ts";
import { readPage } from "../../../shared/page.ts";
import { sees } from "../access.ts";
import type { Context } from "../context.ts";
import { type Device, DeviceConnection } from "../device/device.type.ts";
import { changeOwnerContact } from "./change-owner-contact.ts";
import { type ContactData, contactViewOf, viewContact } from "./contact-view.ts";
import type { OwnerRow } from "./owner.store.ts";
import type { PersonalData } from "./owner.ts";
import { Owner, OwnerContact, OwnerContactInput } from "./owner.type.ts";

@Resolver(() => Owner)
export class OwnerResolver {
  @Query(() => Owner, { nullable: true, description: "The owner with this id." })
  async owner(@Arg("id", () => ID) id: string, @Ctx() context: Context): Promise<OwnerRow | null> {
    const ownerId = numberOfGlobalId("Owner", id);
    const owner = ownerId === null ? null : await context.visibleOwner(ownerId);
    return owner && sees(context.caller, "owner", owner.subject) ? owner : null;
  }

  @Query(() => DeviceConnection, { description: "The devices that the caller owns now." })
  async myDevices(
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() context: Context,
  ): Promise<ConnectionOf<Device>> {
    const owner = await context.owners.bySubject.load(context.caller.subject);
    return devicesOf(context, owner?.ownerId ?? NOBODY, page);
  }

  @Mutation(() => Owner, {
    description: "Changes the caller's own name and contact, or for staff those of this owner.",
  })
  changeOwnerContact(
    @Arg("input", () => OwnerContactInput) input: OwnerContactInput,
    @Arg("ownerId", () => ID, { nullable: true }) ownerId: string | null,
    @Ctx() context: Context,
  ): Promise<OwnerRow> {
    return changeOwnerContact(context, ownerId ?? null, input);
  }

  @FieldResolver(() => ID)
  id(@Root() { ownerId }: OwnerRow): string {
    return globalId("Owner", ownerId);
  }

  @FieldResolver(() => String, { nullable: true, description: "Null once the owner is erased." })
  displayName(@Root() owner: OwnerRow, @Ctx() context: Context): string | null {
    if (!sees(context.caller, "owner", owner.subject)) return null;
    return personalData(context, owner)?.displayName ?? null;
  }

  @FieldResolver(() => OwnerContact, { nullable: true, description: "Null once erased." })
  contact(@Root() owner: OwnerRow, @Ctx() context: Context): ContactData | null {
    const { roles, subject } = context.caller;
    const isHimself = roles.includes("owner") && owner.subject === subject;
    const view = contactViewOf(roles, isHimself);
    return view === "NOTHING"
      ? null
      : viewContact(personalData(context, owner), owner.country, view);
  }

  @FieldResolver(() => DeviceConnection, { description: "The devices that he owns now." })
  async devices(
    @Root() owner: OwnerRow,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() context: Context,
  ): Promise<ConnectionOf<Device>> {
    const isSeen = sees(context.caller, "owner", owner.subject);
    return devicesOf(context, isSeen ? owner.ownerId : NOBODY, page);
  }
}

/** No owner has this id: ids begin at 1. */
const NOBODY = 0;

async function devicesOf(
  { owners }: Context,
  ownerId: number,
  given: PageArgs,
): Promise<ConnectionOf<Device>> {
  const page = readPage(askedPage(given), `owner.devices ${ownerId}`);
  return connectionOf(page, await owners.devices(ownerId, page), {
    keyOf: ({ ownershipId }) => ownershipId,
    nodeOf: ({ connhexId }) => ({ connhexId }),
    totalCount: () => owners.countDevices(ownerId),
  });
}

/** The owner's data, opened; null where his key was destroyed. Opened once a request. */
function personalData({ contacts, caller, opened }: Context, owner: OwnerRow): PersonalData | null {
  const { ownerId, wrappedKey, ciphertext } = owner;
  if (!wrappedKey || !ciphertext) return null;
  let data = opened.get(owner);
  if (!data) {
    data = contacts.open({ tenant: caller.tenant, ownerId }, { wrappedKey, ciphertext });
    opened.set(owner, data);
  }
  return data;
}
