import type { ProvenContent } from "../../shared/proof/verify-proof.ts";
import { CliError } from "../cli-error.ts";
import type { GatewayClient } from "../gateway-client.ts";

const FIELDS = "{ serialNumber connhexId revision proof }";

interface Asked {
  byConnhexId: Device | null;
  bySerialNumber: Device | null;
}
interface Device {
  serialNumber: string;
  connhexId: string | null;
  revision: number;
  proof: string;
}

/** A device's proof as the gateway gives it, and the check that it is of the device asked for. */
export interface DeviceProof {
  text: string;
  assertIsAsked(proven: ProvenContent): void;
}

/** Fetches the proof of the device with this connhexId, or else this serial number. */
export async function deviceProof(
  { gateway, tenant }: { gateway: Pick<GatewayClient, "ask">; tenant: string | null },
  id: string,
): Promise<DeviceProof> {
  const query = `query Proof($id: ID!, $serial: String!) {
    byConnhexId: device(connhexId: $id) ${FIELDS}
    bySerialNumber: device(serialNumber: $serial) ${FIELDS}
  }`;
  const found = await gateway.ask<Asked>(query, { id, serial: id });
  const device = found.byConnhexId ?? found.bySerialNumber;
  if (!device) {
    throw new CliError("NOT_FOUND", `no device has the connhexId or serial number ${id}`);
  }
  const name = found.byConnhexId ? "connhexId" : "serialNumber";
  return {
    text: device.proof,
    assertIsAsked(proven) {
      const differs = differenceOf(proven, { ...device, [name]: id, tenant });
      if (differs) throw new CliError("NOT_PROVEN", `the proof is of something else: ${differs}`);
    },
  };
}

/** What a proof is of instead of a device's last revision as the gateway tells it; null: that it is. */
function differenceOf(
  { entry, content }: Pick<ProvenContent, "entry" | "content">,
  asked: Omit<Device, "proof"> & { tenant: string | null },
): string | null {
  if (entry.type !== "REVISION") return `it is the entry ${entry.id}`;
  // A token that does not tell its tenant leaves it to the reader, who is told the entry's.
  if (asked.tenant !== null && entry.tenant !== asked.tenant) {
    return `its tenant is ${entry.tenant}, not ${asked.tenant}`;
  }
  for (const name of ["connhexId", "serialNumber"] as const) {
    if ((content[name] ?? null) !== asked[name]) return `its ${name} is not ${asked[name]}`;
  }
  const revision = entry.id.split("/").at(-1);
  if (revision === String(asked.revision)) return null;
  return `it is revision ${revision}, and the last one is ${asked.revision}`;
}
