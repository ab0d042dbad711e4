import { serviceCaller } from "../../../shared/caller.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import type { PeerExecutor } from "../../../shared/graph/subgraph-service.ts";
import { LIMITS } from "../limits.ts";
import type { GateRow } from "./provisioning.ts";

const GATE = `query ($serialNumbers: [String!], $connhexIds: [ID!]) {
  provisioningGate(serialNumbers: $serialNumbers, connhexIds: $connhexIds) {
    serialNumber connhexId disposition
  }
}`;
const LINK = `mutation ($input: [CloudIdentityLinkInput!]!) {
  linkCloudIdentities(input: $input) { serialNumber connhexId linked code message }
}`;

const SHARED = `query ($partner: String!, $connhexIds: [ID!]!) {
  sharedFields(partner: $partner, connhexIds: $connhexIds) { connhexId fields }
}`;

const RECALLED = `query ($connhexIds: [ID!]!) { recalledDevices(connhexIds: $connhexIds) }`;

/** What of a device is shared with a partner. */
export interface SharedFields {
  connhexId: string;
  fields: string[];
}

/** Manufacturing's verdict on one link. */
export interface LinkVerdict {
  serialNumber: string;
  connhexId: string;
  linked: boolean;
  code: string | null;
  message: string | null;
}

/** A device and its cloud identity. */
export interface Link {
  serialNumber: string;
  connhexId: string;
}

/**
 * What Ownership asks Manufacturing. Where there is no proper answer in time, every question
 * throws SUBGRAPH_UNAVAILABLE: nothing is ever provisioned or registered on a guess.
 */
export interface Manufacturing {
  /** Of these devices, those that are recorded. */
  gate(
    tenant: string,
    by: { serialNumbers: readonly string[] } | { connhexIds: readonly string[] },
  ): Promise<GateRow[]>;
  /** Writes cloud identities into the manufacturing record. May be repeated. */
  link(tenant: string, links: readonly Link[]): Promise<LinkVerdict[]>;
  /** Of these devices, those that an open recall holds. */
  recalled(tenant: string, connhexIds: readonly string[]): Promise<string[]>;
  /** Of these devices, those that are shared with a partner now. */
  sharedFields(
    tenant: string,
    partner: string,
    connhexIds: readonly string[],
  ): Promise<SharedFields[]>;
}

export function manufacturingPeer(execute: PeerExecutor): Manufacturing {
  const ask = async <Row>(
    tenant: string,
    document: string,
    variables: Record<string, unknown>,
  ): Promise<Row[]> => {
    const caller = serviceCaller("ownership", tenant);
    const { data, errors } = await inTime(() => execute(caller, document, variables));
    const [rows] = Object.values(data ?? {});
    if (errors?.length || !Array.isArray(rows)) throw unavailable();
    return rows as Row[];
  };
  return {
    gate: (tenant, by) => ask(tenant, GATE, by),
    link: (tenant, links) => ask(tenant, LINK, { input: links }),
    recalled: (tenant, connhexIds) => ask(tenant, RECALLED, { connhexIds }),
    sharedFields: (tenant, partner, connhexIds) => ask(tenant, SHARED, { partner, connhexIds }),
  };
}

async function inTime<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable()), LIMITS.peerTimeoutMs);
  });
  try {
    return await Promise.race([ask(), late]);
  } catch {
    // Whatever went wrong over there says nothing that a client may see.
    throw unavailable();
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(): DomainError {
  return new DomainError("SUBGRAPH_UNAVAILABLE", "Manufacturing cannot be asked now", {
    subgraph: "manufacturing",
  });
}
