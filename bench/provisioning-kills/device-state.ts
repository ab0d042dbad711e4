/** What both services hold of one device. */
export interface DeviceState {
  serialNumber: string;
  /** The cloud identity that Manufacturing's record names. */
  linkedId: string | null;
  /** Revisions of the device, and those among them that changed its link. */
  revisions: number;
  links: number;
  /** Cloud identities that Ownership has of it, of any state. */
  identities: readonly IdentityState[];
}

export interface IdentityState {
  connhexId: string;
  state: string;
  /** Changes of state that are noted. */
  revisions: number;
}

/** How far provisioning got with a device; in this order. HALF_LINKED is what must never last. */
export const STAGES = ["HALF_LINKED", "NOTHING", "PENDING", "LINKED", "SETTLED"] as const;
export type Stage = (typeof STAGES)[number];

/** PENDING and LINKED (not settled) are stages on the way: a replay brings them to SETTLED. */
export function stageOf({ linkedId, links, revisions, identities }: DeviceState): Stage {
  const [identity, ...more] = identities;
  const hasOneLink = links === (linkedId === null ? 0 : 1) && revisions === links + 1;
  if (more.length > 0 || !hasOneLink) return "HALF_LINKED";
  if (!identity) return linkedId === null ? "NOTHING" : "HALF_LINKED";
  if (linkedId !== null && linkedId !== identity.connhexId) return "HALF_LINKED";
  if (identity.state === "PENDING" && identity.revisions === 1) {
    return linkedId === null ? "PENDING" : "LINKED";
  }
  const isSettled = identity.state === "ACTIVE" && identity.revisions === 2;
  return isSettled && linkedId !== null ? "SETTLED" : "HALF_LINKED";
}

/** The stage of those of a batch that got least far. */
export function stageOfAll(devices: readonly DeviceState[]): Stage {
  const places = devices.map((device) => STAGES.indexOf(stageOf(device)));
  return STAGES[Math.min(...places)] ?? "NOTHING";
}

/** The sentence that a person reads about a device that is not as it should be. */
export function describeState({ serialNumber, linkedId, ...state }: DeviceState): string {
  const { identities, links, revisions } = state;
  const known = identities.map((one) => `${one.connhexId} ${one.state} (${one.revisions})`);
  return (
    `${serialNumber}: Ownership has ${known.join(", ") || "no identity"}, ` +
    `Manufacturing's record names ${linkedId ?? "none"} (${links} links, ${revisions} revisions)`
  );
}
