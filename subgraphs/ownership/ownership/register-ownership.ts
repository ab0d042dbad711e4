import { DomainError } from "../../../shared/domain-error.ts";
import { numberOfGlobalId } from "../../../shared/global-id.ts";
import type { Context } from "../context.ts";
import { assertClaimCode, wrongClaimCode } from "../identity/claim-code.ts";
import { assertConnhexId, assertIsActive } from "../identity/identity.ts";
import { type OwnerText, readNewOwner } from "../owner/owner.ts";
import { closedGate } from "../provisioning/provisioning.ts";
import { actorOf, type Claimant } from "./ownership.ts";

interface Registration {
  connhexId: string;
  owner?: OwnerText | null;
  ownerId?: string | null;
  claimCode?: string | null;
}

/** Gives a device that is nobody's to its first owner, or its next one after a release. */
export async function registerOwnership(context: Context, input: Registration) {
  const { secrets } = context;
  const { connhexId } = input;
  assertConnhexId(connhexId);
  const claimant = claimantOf(context);
  const ownerToBe = claimant.isStaff
    ? await ownerOnBehalf(context, input)
    : await ownerHimself(context, input);
  const identity = await assertRegistrable(context, connhexId);
  const claimHash = identity.isProtected
    ? await assertClaimCode(context, connhexId, input.claimCode ?? null)
    : null;
  const ownershipId = await context.nextId("ownership");
  return context.write(async ({ identities, owners, ownerships }) => {
    const held = await identities.hold(connhexId);
    assertIsActive(connhexId, held?.state ?? null);
    // The code was right a moment ago; it may have been replaced since.
    if (claimHash && !secrets.isSame(held?.claimCodeHash ?? Buffer.of(), claimHash)) {
      throw wrongClaimCode(connhexId);
    }
    const ownerId = await ownerToBe.settle(owners);
    const note = { actor: actorOf(claimant, ownerId), reason: null };
    const made = await ownerships.register({ connhexId, ownershipId, ownerId }, note);
    if (made) return made;
    throw new DomainError("ALREADY_REGISTERED", `${connhexId} is registered to an owner`);
  });
}

/** Staff act for any owner; whoever else asks acts for himself. */
export function claimantOf({ caller }: Context): Claimant {
  const isStaff = caller.roles.some((role) => role === "support" || role === "admin");
  return { subject: caller.subject, isStaff };
}

/** Checks that the identity is active and that Manufacturing says yes; asked now, never assumed. */
export async function assertRegistrable(context: Context, connhexId: string) {
  const { identities, manufacturing, caller } = context;
  const identity = await identities.byConnhexId.load(connhexId);
  assertIsActive(connhexId, identity?.state ?? null);
  const [recorded] = await manufacturing.gate(caller.tenant, { connhexIds: [connhexId] });
  if (!identity || recorded?.connhexId !== connhexId) {
    throw new DomainError("DEVICE_NOT_RECORDED", `Manufacturing knows no device ${connhexId}`);
  }
  const code = closedGate(recorded);
  if (code) throw new DomainError(code, `${connhexId} is ${recorded.disposition}`);
  return identity;
}

/** What a transaction needs of the owners' table. */
interface OwnersTable {
  create(owner: Awaited<ReturnType<typeof prepare>>): Promise<number>;
  /** Keeps him from being erased until the transaction ends. */
  holdLiving(ownerId: number): Promise<boolean>;
}

/** The owner that a device is to have; a new one is written by `settle`, in the transaction. */
export interface OwnerToBe {
  settle(owners: OwnersTable): Promise<number>;
}

/** The caller as an owner: known by his subject, or new with what he says of himself. */
export async function ownerHimself(
  context: Context,
  { owner, ownerId }: Pick<Registration, "owner" | "ownerId">,
): Promise<OwnerToBe> {
  const known = await context.owners.bySubject.load(context.caller.subject);
  if (ownerId != null && numberOfGlobalId("Owner", ownerId) !== known?.ownerId) {
    throw new DomainError("FORBIDDEN", "you may register for yourself only");
  }
  if (known) return knownOwner(known.ownerId);
  if (!owner) {
    const text = "say who you are: this is the first device that you register";
    throw new DomainError("FIELD_REQUIRED", text, { field: "owner" });
  }
  const prepared = await prepare(context, owner, context.caller.subject);
  return { settle: (owners) => owners.create(prepared) };
}

/** An owner whom somebody else names: known by his id, or new. */
export async function ownerOnBehalf(
  context: Context,
  { owner, ownerId }: Pick<Registration, "owner" | "ownerId">,
): Promise<OwnerToBe> {
  if ((owner == null) === (ownerId == null)) {
    throw new DomainError("BAD_USER_INPUT", "give either owner or ownerId", { field: "ownerId" });
  }
  if (ownerId != null) {
    const key = numberOfGlobalId("Owner", ownerId);
    const known = key === null ? null : await context.owners.find(key);
    if (!known) throw new DomainError("OWNER_NOT_FOUND", "there is no owner with this id");
    return knownOwner(known.ownerId);
  }
  const prepared = owner && (await prepare(context, owner, null));
  if (!prepared) throw new Error("an owner is neither given nor named");
  return { settle: (owners) => owners.create(prepared) };
}

/** An owner who is known; he may have been erased since he was read. */
function knownOwner(ownerId: number): OwnerToBe {
  return {
    async settle(owners) {
      if (await owners.holdLiving(ownerId)) return ownerId;
      throw new DomainError("OWNER_NOT_FOUND", "there is no owner with this id");
    },
  };
}

/** A new owner, checked and sealed under a key of his own. */
async function prepare(context: Context, text: OwnerText, subject: string | null) {
  const { kind, country, ...data } = readNewOwner(text);
  const ownerId = await context.nextId("owner");
  const sealed = context.contacts.seal({ tenant: context.caller.tenant, ownerId }, data);
  return { ownerId, kind, country, subject, sealed };
}
