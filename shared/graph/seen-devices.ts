import { createHash } from "node:crypto";

/**
 * The devices that one request read or wrote, for the access log: by connhexId, or by serial
 * number where a device has no connhexId.
 */
export class SeenDevices {
  private readonly identifiers = new Set<string>();

  add(identifier: string): void {
    this.identifiers.add(identifier);
  }

  /** Adds the device that a resolver's source is, or is about. */
  addSource(source: unknown): void {
    if (typeof source !== "object" || source === null) return;
    const { connhexId, serialNumber } = source as Record<string, unknown>;
    if (typeof connhexId === "string") this.identifiers.add(connhexId);
    else if (typeof serialNumber === "string") this.identifiers.add(serialNumber);
  }

  get count(): number {
    return this.identifiers.size;
  }

  list(): string[] {
    return [...this.identifiers];
  }

  /** SHA-256, in hex, of the identifiers in ascending order, each ended by a line feed. */
  hash(): string {
    const hash = createHash("sha256");
    for (const identifier of this.list().sort()) hash.update(`${identifier}\n`);
    return hash.digest("hex");
  }
}

/** The types whose objects are a device or say something of one. */
export const TYPES_ABOUT_DEVICES: ReadonlySet<string> = new Set([
  "Device",
  "DeviceRevision",
  "DeviceVerdict",
  "CloudIdentity",
  "Ownership",
  "ProvisionVerdict",
]);
