import type { Page } from "../../../shared/page.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { type AttributeValue, attributeOf } from "../field-definition/field-definition.ts";
import { type DeviceRecord, type Disposition, RECORD_FIELDS } from "./device-record.ts";

/** A record composed for a moment; the disposition may be unknown then. */
export type RecordAsOf = Omit<DeviceRecord, "disposition"> & { disposition: Disposition | null };

/** One recorded state of a device. */
export type Revision = RecordAsOf & {
  deviceId: number;
  revision: number;
  recordedAt: Timestamp;
  effectiveAt: Timestamp;
  actor: string;
  reason: string | null;
  source: string | null;
  /** The fields, custom ones included, in which it differs from the revision before. */
  changed: string[];
  /** The moment that the state was composed for; absent where it is the revision itself. */
  at?: Timestamp;
};

/** The revisions among these, rising, that were recorded by `knownAt` and in effect by `at`. */
export function inEffect(
  revisions: readonly Revision[],
  at: Timestamp,
  knownAt: Timestamp | null,
): Revision[] {
  return inKnowledge(revisions, knownAt).filter(({ effectiveAt }) => effectiveAt <= at);
}

/** The revisions among these that were recorded by `knownAt`; null: all. */
export function inKnowledge(
  revisions: readonly Revision[],
  knownAt: Timestamp | null,
): readonly Revision[] {
  return knownAt === null ? revisions : revisions.filter(({ recordedAt }) => recordedAt <= knownAt);
}

/**
 * What was true at a moment: `revisions` are those in effect by then, rising. Each field has the
 * value of the last of them that changed it, because the snapshot of a late arrival also holds
 * what came into effect after the moment. Null where nothing was in effect.
 */
export function composeAsOf(revisions: readonly Revision[], at: Timestamp): Revision | null {
  const last = revisions.at(-1);
  if (!last) return null;
  // Everything before it was in effect too: then its snapshot is the answer.
  if (last.revision === revisions.length) return last;
  const values: Record<string, unknown> = Object.fromEntries(
    RECORD_FIELDS.map((field) => [field, null]),
  );
  const attributes: Record<string, AttributeValue> = {};
  for (const revision of revisions) {
    for (const name of revision.changed) {
      if (isRecordField(name)) values[name] = revision[name];
      else setAttribute(attributes, name, attributeOf(revision.attributes, name));
    }
  }
  return { ...last, ...values, serialNumber: last.serialNumber, attributes, at };
}

/** The revisions to read for a page and one beyond it; null where none can be there. */
export function rangeOfPage(
  { size, backward, after, before }: Page,
  lastRevision: number,
): { lowest: number; highest: number } | null {
  const lowest = Math.max((after ?? 0) + 1, 1);
  const highest = Math.min((before ?? Number.POSITIVE_INFINITY) - 1, lastRevision);
  if (lowest > highest) return null;
  return backward
    ? { lowest: Math.max(lowest, highest - size), highest }
    : { lowest, highest: Math.min(highest, lowest + size) };
}

export function isRecordField(name: string): name is (typeof RECORD_FIELDS)[number] {
  return (RECORD_FIELDS as readonly string[]).includes(name);
}

function setAttribute(
  attributes: Record<string, AttributeValue>,
  name: string,
  value: AttributeValue | null,
): void {
  if (value === null) delete attributes[name];
  else attributes[name] = value;
}

/** What names a revision, or the state composed for a moment from the revisions up to it. */
export interface RevisionKey {
  deviceId: number;
  revision: number;
  at?: Timestamp;
}

/** The text of a key within a global id. Revisions never change, so an answer's id is for ever. */
export function revisionKeyText({ deviceId, revision, at }: RevisionKey): string {
  return `${deviceId}.${revision}${at === undefined ? "" : `@${at}`}`;
}

/** Reads a key's text; null where it is none. */
export function parseRevisionKey(text: string): RevisionKey | null {
  const [, device, revision, at] =
    /^([1-9][0-9]{0,14})\.([1-9][0-9]{0,8})(?:@(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z))?$/.exec(
      text,
    ) ?? [];
  if (device === undefined || revision === undefined) return null;
  return { deviceId: Number(device), revision: Number(revision), ...(at !== undefined && { at }) };
}
