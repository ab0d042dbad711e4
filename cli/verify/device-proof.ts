import type { ProvenContent } from "../../shared/proof/verify-proof.ts";
import { CliError } from "../cli-error.ts";
import type { GatewayClient } from "../gateway-client.ts";

const FIELDS = "{ serialNumber connhexId proof }";

interface Asked {
  byConnhexId: Device | null;
  bySerialNumber: Device | null;
}
interface Device {
  serialNumber: string;
  connhexId: string | null;
  proof: string;
}

/** A device's proof as the gateway gives it, and the check that it is of the device asked for. */
export interface DeviceProof {
  text: string;
  assertIsAsked(proven: ProvenContent): void;
}

/** Fetches the proof of the device with this connhexId, or else this serial number. */
export async function deviceProof(gateway: GatewayClient, id: string): Promise<DeviceProof> {
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
    assertIsAsked({ content }) {
      if (content[name] === id) return;
      throw new CliError("NOT_PROVEN", `the proof is of another device: its ${name} is not ${id}`);
    },
  };
}
