import type { Timestamp } from "../shared/time.ts";
import {
  type Attributes,
  type DeviceRecord,
  RECORD_FIELDS,
} from "../subgraphs/manufacturing/device/device-record.ts";
import { type Micros, timestampOf } from "./clock.ts";

/** Something that was recorded: a phase, a late measurement, a correction, the link. */
export interface DeviceEvent {
  at: Micros;
  effectiveAt: Micros;
  actor: string;
  reason: string | null;
  source: string | null;
  changes: Partial<DeviceRecord>;
  attributes?: Attributes;
}

export interface Revision {
  revision: number;
  recordedAt: Timestamp;
  effectiveAt: Timestamp;
  actor: string;
  reason: string | null;
  source: string | null;
  /** Fields whose value differs from the revision before: built-in ones first, custom ones sorted. */
  changed: string[];
  record: DeviceRecord;
}

/** The revisions that these events make, in the order in which they were recorded, up to `present`. */
export function foldRevisions(events: DeviceEvent[], present: Micros): Revision[] {
  if (events.length > 4) events.sort((one, other) => one.at - other.at);
  const revisions: Revision[] = [];
  let record: DeviceRecord = UNKNOWN;
  let last: Micros = 0;
  for (const event of events) {
    if (event.at > present) break;
    // Two records of one device never share a time.
    const at = Math.max(event.at, last + 1);
    const next: DeviceRecord = { ...record };
    Object.assign(next, event.changes);
    if (event.attributes) next.attributes = { ...record.attributes, ...event.attributes };
    revisions.push({
      revision: revisions.length + 1,
      recordedAt: timestampOf(at),
      effectiveAt: timestampOf(event.effectiveAt),
      actor: event.actor,
      reason: event.reason,
      source: event.source,
      changed: changedFields(record, next),
      record: next,
    });
    record = next;
    last = at;
  }
  return revisions;
}

/** Before the first record. Its disposition is none that exists, so that the first one is a change. */
const UNKNOWN = {
  ...Object.fromEntries(RECORD_FIELDS.map((field) => [field, null])),
  attributes: {},
} as DeviceRecord & { attributes: Attributes };

function changedFields(before: DeviceRecord, after: DeviceRecord): string[] {
  const changed: string[] = RECORD_FIELDS.filter((field) => after[field] !== before[field]);
  if (after.attributes === before.attributes) return changed;
  const custom: string[] = [];
  for (const name in after.attributes) {
    if (after.attributes[name] !== before.attributes[name]) custom.push(name);
  }
  return [...changed, ...custom.sort()];
}
