const DEVICE = `
    id serialNumber connhexId revision recordedAt
    partNumber pcbPartNumber hardwareRevision fwVersion deviceType
    lotCode workOrder productionOrder palletId packageId
    phase disposition producedAt site line attributes
    recallStatus recalls { title state frozenAt }
    history(first: 20) {
      totalCount
      nodes { revision recordedAt effectiveAt actor reason source changed }
    }
    lot {
      value deviceCount
      devices(first: 50) { nodes { serialNumber connhexId owner { displayName } } }
    }
    identity { state name model isProtected provisionedAt }
    owner { displayName kind country }
    ownerships { from to owner { displayName } }`;

/** From one identifier to production history, lot siblings and registered owner. */
export const deviceByConnhexId = `query Walk($id: ID!) { device(connhexId: $id) {${DEVICE}
} }`;
export const deviceBySerialNumber = `query Walk($id: String!) { device(serialNumber: $id) {${DEVICE}
} }`;

export interface WalkAnswer {
  device: WalkDevice | null;
}

/** What may be missing because the caller may not see it, or because a subgraph is down, is null. */
export interface WalkDevice {
  serialNumber: string;
  connhexId: string | null;
  revision: number;
  recordedAt: string;
  partNumber: string | null;
  pcbPartNumber: string | null;
  hardwareRevision: string | null;
  fwVersion: string | null;
  deviceType: string | null;
  lotCode: string | null;
  workOrder: string | null;
  productionOrder: string | null;
  palletId: string | null;
  packageId: string | null;
  phase: string | null;
  disposition: string | null;
  producedAt: string | null;
  site: string | null;
  line: string | null;
  attributes: Record<string, unknown> | null;
  history: { totalCount: number; nodes: Revision[] } | null;
  /** null, as UNKNOWN: nothing can be said. */
  recallStatus: "RECALLED" | "CLEAR" | "UNKNOWN" | null;
  recalls: { title: string; state: string; frozenAt: string }[] | null;
  lot: Lot | null;
  identity: Identity | null;
  owner: Owner | null;
  ownerships: Ownership[] | null;
}

export interface Revision {
  revision: number;
  recordedAt: string;
  effectiveAt: string | null;
  actor: string | null;
  reason: string | null;
  source: string | null;
  changed: string[] | null;
}

export interface Lot {
  value: string;
  deviceCount: number;
  devices: {
    nodes: { serialNumber: string; connhexId: string | null; owner: Owner | null }[];
  } | null;
}

interface Identity {
  state: string;
  name: string | null;
  model: string | null;
  isProtected: boolean | null;
  provisionedAt: string | null;
}

export interface Owner {
  displayName: string | null;
  kind?: string | null;
  country?: string | null;
}

export interface Ownership {
  from: string;
  to: string | null;
  owner: Owner | null;
}
