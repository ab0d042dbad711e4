import { DomainError } from "../../../shared/domain-error.ts";
import { type DueChange, dueChange, recordOf } from "../device/device.ts";
import type { KnownDevice } from "../device/device-record.ts";

/** A device and the cloud identity to link it to. */
export interface CloudIdentityLink {
  serialNumber: string;
  connhexId: string;
}

/**
 * Judges a link: null where it is there already. A device must be recorded and released, has one
 * cloud identity for ever, and a cloud identity has one device.
 */
export function judgeLink(
  link: CloudIdentityLink,
  known: KnownDevice | null,
  /** The device that has the connhexId, if any. */
  takenBy: number | null,
): DueChange | null {
  const { serialNumber, connhexId } = link;
  if (!known) throw new DomainError("DEVICE_NOT_RECORDED", `${serialNumber} is not recorded`);
  if (known.connhexId === connhexId) return null;
  if (known.connhexId !== null) {
    throw new DomainError(
      "ALREADY_PROVISIONED",
      `${serialNumber} is linked to cloud identity ${known.connhexId} (revision ${known.revision})`,
    );
  }
  assertReleased(known);
  if (takenBy !== null && takenBy !== known.deviceId) {
    throw new DomainError("CONNHEX_ID_TAKEN", `another device is linked to ${connhexId}`);
  }
  return dueChange(known, { ...recordOf(known), connhexId });
}

function assertReleased({ serialNumber, disposition }: KnownDevice): void {
  switch (disposition) {
    case "RELEASED":
      return;
    case "QUARANTINED":
      throw new DomainError("DEVICE_QUARANTINED", `${serialNumber} is quarantined`);
    case "SCRAPPED":
      throw new DomainError("DEVICE_SCRAPPED", `${serialNumber} is scrapped`);
  }
}
