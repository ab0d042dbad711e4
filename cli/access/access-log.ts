import type { GatewayClient } from "../gateway-client.ts";

/** A device by both of its identifiers. */
export interface NamedDevice {
  connhexId: string | null;
  serialNumber: string | null;
}

const findDevice = `query FindDevice($connhexId: ID!, $serialNumber: String!) {
  byConnhexId: device(connhexId: $connhexId) { connhexId serialNumber }
  bySerialNumber: device(serialNumber: $serialNumber) { connhexId serialNumber }
}`;

/** The device that this identifier names, as `tracegraph device` finds it; null where there is none. */
export async function deviceNamed(
  gateway: GatewayClient,
  identifier: string,
): Promise<NamedDevice | null> {
  const { byConnhexId, bySerialNumber } = await gateway.ask<
    Record<"byConnhexId" | "bySerialNumber", NamedDevice | null>
  >(findDevice, { connhexId: identifier, serialNumber: identifier });
  return byConnhexId ?? bySerialNumber;
}

const accessLog = `query AccessLog(
  $device: [String!]!, $from: DateTime, $to: DateTime, $last: Int!, $before: String
) {
  accessLog(device: $device, from: $from, to: $to, last: $last, before: $before) {
    totalCount largerAnswers
    nodes {
      at requestId subject client roles documentId textHash operationName operationType deviceCount
      outcomes status ms
    }
    pageInfo { hasPreviousPage startCursor }
  }
}`;

export interface AccessLine {
  at: string;
  requestId: string;
  subject: string;
  client: string | null;
  roles: string[];
  documentId: string | null;
  textHash: string | null;
  operationName: string | null;
  operationType: string | null;
  deviceCount: number;
  outcomes: string[];
  status: number;
  ms: number;
}

/** What the log knows of a device in a time. */
export interface Accesses {
  /** The newest first, as many as were asked for. */
  lines: AccessLine[];
  totalCount: number;
  /** Answers that name no devices, because there were too many. */
  largerAnswers: number;
}

interface Page {
  accessLog: Omit<Accesses, "lines"> & {
    nodes: AccessLine[];
    pageInfo: { hasPreviousPage: boolean; startCursor: string | null };
  };
}

const PAGE_SIZE = 1_000;

/** The newest lines, at most `limit`, of whoever saw the device by one of these identifiers. */
export async function readAccesses(
  gateway: GatewayClient,
  question: { device: string[]; from: string | null; to: string | null },
  limit: number,
): Promise<Accesses> {
  const lines: AccessLine[] = [];
  let before: string | null = null;
  for (;;) {
    const last = Math.min(PAGE_SIZE, limit - lines.length);
    const page: Page = await gateway.ask(accessLog, { ...question, last, before });
    const { nodes, pageInfo, ...counts } = page.accessLog;
    lines.push(...[...nodes].reverse());
    if (!pageInfo.hasPreviousPage || lines.length >= limit) return { lines, ...counts };
    before = pageInfo.startCursor;
  }
}
