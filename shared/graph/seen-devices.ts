import { createHash } from "node:crypto";
import { isPlainText } from "../text.ts";

/** A device as an answer names it; at least one of both. */
export type SeenDevice = readonly [connhexId: string | null, serialNumber: string | null];

/** What a longer text is, it is no identifier. */
const IDENTIFIER_CHARACTERS = 128;

/**
 * The devices that one request read or wrote, for the access log: by connhexId, or by serial
 * number where the request never met the device with a connhexId.
 */
export class SeenDevices {
  /** Serial numbers by connhexId; null where only the connhexId was met. */
  private readonly linked = new Map<string, string | null>();
  private readonly serialNumbers = new Set<string>();

  add([connhexId, serialNumber]: SeenDevice): void {
    const serial = isIdentifier(serialNumber) ? serialNumber : null;
    if (isIdentifier(connhexId)) this.linked.set(connhexId, serial ?? this.linkedTo(connhexId));
    else if (serial !== null) this.serialNumbers.add(serial);
  }

  /** Adds the device that a resolver's source is, or is about. Called for every field: keep it cheap. */
  addSource(source: unknown): void {
    if (typeof source !== "object" || source === null) return;
    const { connhexId, serialNumber, outcome } = source as Record<string, unknown>;
    if (typeof connhexId === "string") {
      if (this.linkedTo(connhexId) !== null && outcome === undefined) return;
      const serial = typeof serialNumber === "string" ? serialNumber : null;
      // A refused row is no evidence that its two identifiers are of one device.
      const isOne = outcome !== "REFUSED";
      this.add([connhexId, isOne ? serial : null]);
      if (!isOne) this.add([null, serial]);
    } else if (typeof serialNumber === "string" && !this.serialNumbers.has(serialNumber)) {
      this.add([null, serialNumber]);
    }
  }

  /** Adds what a query or mutation answers, whether or not the client selects anything of it. */
  addAnswer(answer: unknown): void {
    this.addSource(answer);
    if (typeof answer !== "object" || answer === null || !("verdicts" in answer)) return;
    if (Array.isArray(answer.verdicts)) for (const row of answer.verdicts) this.addSource(row);
  }

  /**
   * Adds the devices of a page, by its nodes or its edges: a cursor leads to a device, and how many
   * there are tells of each, though nothing else is asked of them.
   */
  addPage(items: unknown): void {
    if (!Array.isArray(items)) return;
    for (const item of items) this.addSource(isEdge(item) ? item.node : item);
  }

  get count(): number {
    return this.list().length;
  }

  /** One identifier a device. */
  list(): string[] {
    const known = new Set(this.linked.values());
    const others = [...this.serialNumbers].filter((serialNumber) => !known.has(serialNumber));
    return [...this.linked.keys(), ...others];
  }

  /** What another process needs to add the same. */
  devices(): SeenDevice[] {
    const others = [...this.serialNumbers].map((serialNumber) => [null, serialNumber] as const);
    return [...this.linked, ...others];
  }

  /** SHA-256, in hex, of the identifiers in ascending order, each ended by a line feed. */
  hash(): string {
    const hash = createHash("sha256");
    for (const identifier of this.list().sort()) hash.update(`${identifier}\n`);
    return hash.digest("hex");
  }

  private linkedTo(connhexId: string): string | null {
    return this.linked.get(connhexId) ?? null;
  }
}

function isEdge(item: unknown): item is { node: unknown } {
  return typeof item === "object" && item !== null && "node" in item;
}

function isIdentifier(text: unknown): text is string {
  return isPlainText(text, IDENTIFIER_CHARACTERS);
}

/** The types whose objects are a device or say something of one. */
export const TYPES_ABOUT_DEVICES: ReadonlySet<string> = new Set([
  "Device",
  "DeviceRevision",
  "DeviceVerdict",
  "CloudIdentity",
  "Ownership",
  "ProvisionVerdict",
  "ScopeExplanation",
]);

/** The fields by which a page of devices is read. */
export const PAGES_OF_DEVICES: ReadonlySet<string> = new Set([
  "DeviceConnection.edges",
  "DeviceConnection.nodes",
]);
