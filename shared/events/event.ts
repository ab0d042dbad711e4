import type { Timestamp } from "../time.ts";

/** Everything that other systems are told of. Types are added, and none is ever renamed. */
export const EVENT_TYPES = [
  // from the revisions of a device; each is one of these
  "device.recorded",
  "device.revised",
  "device.linked",
  "device.corrected",
  "device.quarantined",
  "device.scrapped",
  "device.released",
  // from the states of a cloud identity
  "identity.pending",
  "identity.active",
  "identity.refused",
  "identity.suspended",
  "identity.revoked",
  "identity.claim_code_replaced",
  // from who has a device
  "ownership.registered",
  "ownership.transferred",
  "ownership.released",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What an event says of its device: names of things and states, and nothing of people. */
export interface EventData {
  serialNumber: string | null;
  connhexId: string | null;
  /** Of the device, the cloud identity or the ownership: rises by one from event to event. */
  revision: number;
  /** Of a device alone. */
  phase?: string | null;
  disposition?: string;
  /** The names of the fields in which the revision differs from the one before. */
  changed?: readonly string[];
  /** Of a cloud identity alone. */
  state?: string;
}

/** One thing that happened. The same event has the same id however often it is told. */
export interface Event {
  /** `<service>.<entity>.<revision>`. */
  id: string;
  type: EventType;
  /** When it was recorded. */
  timestamp: Timestamp;
  tenant: string;
  data: EventData;
}

/** An event and the position from which one goes on after it. */
export interface PlacedEvent {
  event: Event;
  position: string;
}

/** Where a service's events are read from, and how many at most. */
export interface EventsQuestion {
  /** After this position; or after everything that was recorded before a time, or that is kept. */
  begin: { after: string } | { from: Timestamp } | { from: "OLDEST" | "END" };
  /** 0 asks for the position alone. */
  limit: number;
}

/** Events of one tenant from one service, in order for each device. */
export interface EventPage {
  events: readonly PlacedEvent[];
  /** Where the page begins: the position before its first event. */
  begin: string;
  /** Where to go on; to be given back as it is. */
  position: string;
  /** Whether there is more already. */
  hasMore: boolean;
}

/** Whether an event of this type is among those that were asked for; of none asked, all are. */
export function isAsked(type: EventType, asked: readonly string[]): boolean {
  return asked.length === 0 || asked.some((one) => one === type || isFamilyOf(one, type));
}

/** Whether a word names a type, or with a star all types of a family: `identity.*`. */
export function isEventFilter(word: string): boolean {
  return EVENT_TYPES.some((type) => word === type || isFamilyOf(word, type));
}

function isFamilyOf(word: string, type: EventType): boolean {
  return word.endsWith(".*") && type.startsWith(word.slice(0, -1));
}
