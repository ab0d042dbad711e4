import type { Event, EventType } from "../../../shared/events/event.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { CloudIdentityChangeKind, CloudIdentityState } from "../identity/identity.ts";
import type { OwnershipChange } from "../ownership/ownership.ts";

/** What of a revision other systems are told; of owners and actors it has nothing. */
interface Told {
  connhexId: string;
  serialNumber: string | null;
  revision: number;
  at: Timestamp;
}
export interface ToldIdentity extends Told {
  kind: CloudIdentityChangeKind;
  state: CloudIdentityState;
}
export interface ToldOwnership extends Told {
  kind: OwnershipChange;
}

const TYPE_OF_STATE: Readonly<Record<CloudIdentityState, EventType>> = {
  PENDING: "identity.pending",
  ACTIVE: "identity.active",
  REFUSED: "identity.refused",
  SUSPENDED: "identity.suspended",
  REVOKED: "identity.revoked",
};
const TYPE_OF_OWNERSHIP: Readonly<Record<OwnershipChange, EventType>> = {
  REGISTERED: "ownership.registered",
  TRANSFERRED: "ownership.transferred",
  RELEASED: "ownership.released",
};

/** A revision of a cloud identity as other systems are told of it. */
export function identityEvent(tenant: string, told: ToldIdentity): Event {
  const { kind, state } = told;
  const isState = kind === "STATE_CHANGED";
  const type = isState ? TYPE_OF_STATE[state] : "identity.claim_code_replaced";
  return { ...eventOf("identity", tenant, told), type, data: { ...dataOf(told), state } };
}

/** A change of who has a device, as other systems are told of it. */
export function ownershipEvent(tenant: string, told: ToldOwnership): Event {
  const type = TYPE_OF_OWNERSHIP[told.kind];
  return { ...eventOf("ownership", tenant, told), type, data: dataOf(told) };
}

function eventOf(entity: "identity" | "ownership", tenant: string, told: Told) {
  const { connhexId, revision, at } = told;
  return { id: `ownership.${entity}-${connhexId}.${revision}`, timestamp: at, tenant };
}

function dataOf({ serialNumber, connhexId, revision }: Told) {
  return { serialNumber, connhexId, revision };
}
