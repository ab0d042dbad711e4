import { DomainError } from "../../../shared/domain-error.ts";
import { excerpt } from "../../../shared/text.ts";
import type { Timestamp } from "../../../shared/time.ts";
import {
  type DueChange,
  dueChange,
  FIELDS_OF_PHASE,
  judgeRecord,
  recordOf,
} from "../device/device.ts";
import type { DeviceFacts } from "../device/device-facts.ts";
import {
  type DeviceRecord,
  type KnownDevice,
  PHASES,
  type Phase,
} from "../device/device-record.ts";
import { composeAsOf, inEffect, isRecordField, type Revision } from "../device/device-revision.ts";
import {
  type AttributeValue,
  attributeOf,
  type FieldDefinition,
} from "../field-definition/field-definition.ts";

/** A revision that a scan makes due. */
export interface DueRevision extends DueChange {
  effectiveAt: Timestamp;
  /** Whether it tells again what was known, so that the scan stands in its place in time. */
  isRestated: boolean;
}

type Value = AttributeValue | null;

/** What is told of a time: the values of the fields that the scan says. */
interface Telling {
  effectiveAt: Timestamp;
  isRestated: boolean;
  values: ReadonlyMap<string, Value>;
}

/** A late scan between what was known of its time and what is known of later ones. */
interface LateScan {
  present: KnownDevice;
  before: KnownDevice;
  /** As `before`, with the scan. */
  scanned: DeviceRecord;
  /** What was in effect from each later time on, in their order. */
  later: readonly { effectiveAt: Timestamp; record: KnownDevice }[];
}

/** Whether something of the device was in effect only after this time. */
export function isLate(revisions: readonly Revision[], scannedAt: Timestamp): boolean {
  return revisions.some(({ effectiveAt }) => effectiveAt > scannedAt);
}

/**
 * Judges what a station says of a device that is known by all these revisions, some of which came
 * into effect after `scannedAt`. Answers the revisions by which `asOf` is right at every time, and
 * by which the present state stays but for what nobody had known: the fields that the scan says are
 * told as they were then, and told again for each later time at which they are otherwise.
 */
export function judgeLateScan(
  { present, revisions }: { present: KnownDevice; revisions: readonly Revision[] },
  facts: DeviceFacts,
  { scannedAt, definitions }: { scannedAt: Timestamp; definitions: readonly FieldDefinition[] },
): DueRevision[] {
  const stateAt = (at: Timestamp) =>
    stateOf(present, composeAsOf(inEffect(revisions, at, null), at));
  const before = stateAt(scannedAt);
  const due = judgeRecord(before, facts, definitions);
  if (!due) return [];
  const times = revisions.map(({ effectiveAt }) => effectiveAt).filter((at) => at > scannedAt);
  const later = [...new Set(times)]
    .sort()
    .map((effectiveAt) => ({ effectiveAt, record: stateAt(effectiveAt) }));
  const scan: LateScan = { present, before, scanned: due.record, later };
  assertBeforeLaterPhase(scan);
  const courses = new Map(due.changed.map((field) => [field, courseOf(field, scan)]));
  // Every record has one, so that it cannot be taken back: before the first known one it stays unknown.
  if (before.disposition === null) courses.delete("disposition");
  return revisionsOf(present, tellingsOf(scan, courses, scannedAt));
}

/** A state as `judgeRecord` takes it; of a time before anything was in effect, nothing is known. */
function stateOf(present: KnownDevice, composed: Revision | null): KnownDevice {
  const { deviceId, revision, serialNumber } = present;
  if (composed) return { ...recordOf(composed as DeviceRecord), deviceId, revision };
  const nothing = Object.keys(recordOf(present)).map((field) => [field, null]);
  const record = { ...Object.fromEntries(nothing), serialNumber, attributes: {} } as DeviceRecord;
  return { ...record, deviceId, revision };
}

/** Refuses a phase that comes after the next one, unless rework took the device back meanwhile. */
function assertBeforeLaterPhase({ present, before, scanned, later }: LateScan): void {
  const next = later.find(({ record }) => record.phase !== before.phase);
  if (!next || scanned.phase === before.phase) return;
  const becomes = rankOf(next.record.phase);
  const isRework = becomes < rankOf(before.phase);
  if (isRework || rankOf(scanned.phase) <= becomes) return;
  throw new DomainError(
    "PHASE_OUT_OF_ORDER",
    `${present.serialNumber} was in phase ${next.record.phase} from ${next.effectiveAt} on, and not in ${scanned.phase} before`,
    { field: "phase", presentRevision: present.revision },
  );
}

/** The values of a field from the scan on: its own, then one for each later time. */
function courseOf(field: string, scan: LateScan): Value[] {
  if (field === "phase") return phaseCourse(scan);
  const { before, scanned, later } = scan;
  const said = fieldValue(scanned, field);
  const phases = FIELDS_OF_PHASE.includes(field) ? phaseCourse(scan) : null;
  const course: Value[] = [said];
  let isTold = false;
  for (const [index, { effectiveAt, record }] of later.entries()) {
    const known = fieldValue(record, field);
    const isSame = phases === null || record.phase === before.phase;
    const hasNoNews = known === null || (isSame && known === fieldValue(before, field));
    if (!isTold && hasNoNews) {
      course.push(said);
      continue;
    }
    // Another phase may be elsewhere; within one, and of all other fields, nothing is otherwise.
    const mayDiffer = phases !== null && phases[index + 1] !== scanned.phase;
    if (!isTold && !mayDiffer && known !== said) {
      throw contradiction(scan, field, { said, known, effectiveAt });
    }
    isTold = true;
    course.push(known);
  }
  return course;
}

function phaseCourse({ before, scanned, later }: LateScan): (Phase | null)[] {
  const next = later.findIndex(({ record }) => record.phase !== before.phase);
  const isBefore = (index: number) => next < 0 || index < next;
  return [
    scanned.phase,
    ...later.map(({ record }, at) => (isBefore(at) ? scanned.phase : record.phase)),
  ];
}

/** What is told, in the order in which it is told. */
function tellingsOf(
  { present, before, later }: LateScan,
  courses: ReadonlyMap<string, Value[]>,
  scannedAt: Timestamp,
): Telling[] {
  const at = (index: number) =>
    new Map([...courses].map(([field, course]) => [field, course[index] ?? null]));
  // A field that is now as the scan says would not be told by it: it is taken back before.
  const same = [...courses.keys()].filter(
    (field) => fieldValue(present, field) === courses.get(field)?.[0],
  );
  const back = new Map(same.map((field) => [field, fieldValue(before, field)]));
  return [
    { effectiveAt: scannedAt, isRestated: true, values: back },
    { effectiveAt: scannedAt, isRestated: false, values: at(0) },
    ...later.map(({ effectiveAt }, index) => ({
      effectiveAt,
      isRestated: true,
      values: at(index + 1),
    })),
  ];
}

/** A revision for each telling that changes what was told before it. */
function revisionsOf(present: KnownDevice, tellings: readonly Telling[]): DueRevision[] {
  const revisions: DueRevision[] = [];
  let told = recordOf(present);
  for (const { values, ...telling } of tellings) {
    const due = dueChange(told, withValues(told, values));
    if (!due) continue;
    revisions.push({ ...due, ...telling });
    told = due.record;
  }
  return revisions;
}

function withValues(record: DeviceRecord, values: ReadonlyMap<string, Value>): DeviceRecord {
  const changed: Record<string, Value> = {};
  const attributes: Record<string, AttributeValue> = { ...record.attributes };
  for (const [field, value] of values) {
    if (isRecordField(field)) changed[field] = value;
    else if (value === null) delete attributes[field];
    else attributes[field] = value;
  }
  return { ...record, ...changed, attributes } as DeviceRecord;
}

function fieldValue(record: DeviceRecord, field: string): Value {
  return isRecordField(field) ? record[field] : attributeOf(record.attributes, field);
}

function rankOf(phase: Phase | null): number {
  return phase ? PHASES.indexOf(phase) : -1;
}

function contradiction(
  { present }: LateScan,
  field: string,
  { said, known, effectiveAt }: { said: Value; known: Value; effectiveAt: Timestamp },
): DomainError {
  return new DomainError(
    "ALREADY_RECORDED",
    `${field} of ${present.serialNumber} is recorded as ${excerpt(known)} from ${effectiveAt} on, not ${excerpt(said)}`,
    { field, presentRevision: present.revision },
  );
}
