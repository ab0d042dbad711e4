import { CliError } from "../cli-error.ts";
import type { GatewayClient } from "../gateway-client.ts";

const PAGE_SIZE = 100;
const FIELDS = `id partner kind state fields from to grantedBy grantedAt reason endedAt endedBy endReason
  group { field values }
  criteria { partNumber deviceType hardwareRevision fwVersion site producedFrom producedTo
    serialNumberFrom serialNumberTo }`;
const GRANT = `mutation GrantShare($input: ShareDevicesInput!) {
  shareDevices(input: $input) { ${FIELDS} deviceCount }
}`;
const END = `mutation EndShare($id: ID!, $reason: String!, $at: DateTime) {
  endShare(id: $id, reason: $reason, at: $at) { ${FIELDS} deviceCount }
}`;
const LIST = `query Shares($partner: String, $first: Int!, $after: String) {
  shares(partner: $partner, first: $first, after: $after) {
    nodes { ${FIELDS} } pageInfo { hasNextPage endCursor }
  }
}`;

/** A share as the gateway tells it. */
export interface Share {
  id: string;
  partner: string;
  kind: "GROUP" | "LIST" | "CRITERIA";
  state: "PLANNED" | "ACTIVE" | "ENDED";
  fields: string[];
  from: string;
  to: string | null;
  reason: string;
  endedAt: string | null;
  group: { field: string; values: string[] } | null;
  criteria: Readonly<Record<string, string | string[] | null>> | null;
  /** How many devices it covers; not told in a list, where it would be counted for each. */
  deviceCount?: number;
}

export async function grantShare(gateway: GatewayClient, input: object): Promise<Share> {
  return (await gateway.ask<{ shareDevices: Share }>(GRANT, { input })).shareDevices;
}

export async function endShare(
  gateway: GatewayClient,
  end: { id: string; reason: string; at?: string },
): Promise<Share> {
  return (await gateway.ask<{ endShare: Share }>(END, end)).endShare;
}

const CLIENT = `query PartnerClient($name: String!) { client(name: $name) { kind } }`;

/** Whether a partner comes in by this name; null where the token may not know. */
export async function isPartnerClient(
  gateway: GatewayClient,
  name: string,
): Promise<boolean | null> {
  type Answer = { client: { kind: "APP" | "PARTNER" } | null };
  const { data, errors } = await gateway.askPartly<Answer>(CLIENT, { name });
  return errors.length > 0 ? null : data.client?.kind === "PARTNER";
}

/** Every share, or every share of one partner, in the order in which they were granted. */
export async function readShares(gateway: GatewayClient, partner?: string): Promise<Share[]> {
  const shares: Share[] = [];
  let after: string | null = null;
  for (;;) {
    const variables = { partner, first: PAGE_SIZE, after };
    const page: SharePage = (await gateway.ask<{ shares: SharePage }>(LIST, variables)).shares;
    shares.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return shares;
    if (page.pageInfo.endCursor === null || page.pageInfo.endCursor === after) {
      throw new CliError("GATEWAY_ANSWER", "the gateway says that there is more, and not where");
    }
    after = page.pageInfo.endCursor;
  }
}

interface SharePage {
  nodes: Share[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** Which devices a share covers, as one would say it. */
export function termsOf({ kind, group, criteria }: Share): string {
  switch (kind) {
    case "GROUP":
      return `${group?.field} ${group?.values.join(", ")}`;
    case "LIST":
      return "a list";
    case "CRITERIA":
      return Object.entries(criteria ?? {})
        .filter(([, value]) => value !== null)
        .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(", ") : value}`)
        .join("; ");
  }
}
