import { type Caller, type CallerRole, STAFF } from "../../../shared/caller.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import { excerpt } from "../../../shared/text.ts";
import { ACCESS } from "../access.ts";
import { type DeviceRecord, type KnownDevice, RECORD_FIELDS } from "../device/device-record.ts";
import type { Revision } from "../device/device-revision.ts";
import type { Membership } from "../production-group/production-group.ts";
import { ALWAYS_SHARED, namesForGroup, sharesAttribute } from "./shared-fields.ts";

/**
 * The partner in whose name a caller asks; null for whoever is none, and for staff, who see all. A
 * partner without client is one with whom nothing can be shared: no share has an empty name.
 */
export function partnerOf({ roles, client }: Caller): string | null {
  const isStaff = roles.some((role) => (STAFF as readonly CallerRole[]).includes(role));
  return roles.includes("partner") && !isStaff ? (client ?? "") : null;
}

/** What a partner sees of one device. Field names are those of a share. */
export interface PartnerSight {
  /** What is shared with it: lists and groups are made of this alone. */
  shared: ReadonlySet<string>;
  /** What is shared, and what its other roles read of the device. */
  device: ReadonlySet<string>;
  /** The same of the device's revisions. */
  revision: ReadonlySet<string>;
}

/** A row as its reader sees it; one without sight is seen in full. */
export type Seen<Row> = Row & { readonly sight?: PartnerSight };

/** What a partner sees of a device, given what is shared of it and the other roles that see it. */
export function partnerSight(
  shared: readonly string[],
  otherRoles: readonly CallerRole[],
): PartnerSight {
  const opened = (type: "Device" | "DeviceRevision") =>
    Object.entries(ACCESS[type] ?? {})
      .filter(([, roles]) => otherRoles.some((role) => roles.includes(role)))
      .map(([field]) => field);
  return {
    shared: new Set(shared),
    device: new Set([...ALWAYS_SHARED, ...shared, ...opened("Device")]),
    revision: new Set([...ALWAYS_SHARED, ...shared, ...opened("DeviceRevision")]),
  };
}

/** The device without what the partner may not see: not hidden behind a check, but not there. */
export function deviceSeen<Device extends KnownDevice>(
  device: Device,
  sight: PartnerSight,
): Seen<Device> {
  return Object.assign(recordSeen(device, sight.device), { sight });
}

/** The revision without what the partner may not see, as `deviceSeen`. */
export function revisionSeen(revision: Revision, { sight }: Seen<object>): Revision {
  if (!sight) return revision;
  const seen = recordSeen(revision, sight.revision);
  seen.changed = revision.changed.filter((name) =>
    isRecordField(name) ? sight.revision.has(name) : sharesAttribute(sight.revision, name),
  );
  if (!sight.revision.has("reason")) Object.assign(seen, { reason: null, source: null });
  if (!sight.revision.has("actor")) seen.actor = "";
  return seen;
}

/** Whether a field of the device may be read. */
export function reads(field: string, { sight }: Seen<object>): boolean {
  return sight?.device.has(field) ?? true;
}

/** Refuses what needs a field of the device that is not shared, like its history. */
export function assertReads(field: string, device: Seen<object>): void {
  if (!reads(field, device)) throw notShared(field);
}

/** Whether the device may be shown as a member of its group of a field. */
export function mayGroup(field: string, membership: Membership, { sight }: Seen<object>): boolean {
  return (
    !sight ||
    namesForGroup(field, membership).every((names) => names.some((name) => sight.shared.has(name)))
  );
}

/** Refuses the question for a group of the device by a field that is not shared. */
export function assertMayGroup(field: string, membership: Membership, device: Seen<object>): void {
  if (!mayGroup(field, membership, device)) throw notShared(field);
}

/** The row with what is readable; in the place of the rest stand refusals. */
function recordSeen<Row extends Pick<DeviceRecord, "attributes">>(
  row: Row,
  readable: ReadonlySet<string>,
): Row {
  const refusals = refusalsBeside(readable);
  const seen = Object.create(refusals) as Record<string, unknown>;
  for (const [name, value] of Object.entries(row)) if (!(name in refusals)) seen[name] = value;
  if (!readable.has("attributes")) {
    const shared = Object.entries(row.attributes).filter(([name]) =>
      sharesAttribute(readable, name),
    );
    seen.attributes = Object.fromEntries(shared);
  }
  return seen as Row;
}

/** Many rows are seen alike, and this costs more than all else that is done to a row. */
const knownRefusals = new WeakMap<ReadonlySet<string>, object>();

/** Whoever touches a field that is not readable is refused, whichever way the code came there. */
function refusalsBeside(readable: ReadonlySet<string>): object {
  const known = knownRefusals.get(readable);
  if (known) return known;
  const refusals: object = Object.create(null);
  for (const field of RECORD_FIELDS.filter((name) => !readable.has(name))) {
    Object.defineProperty(refusals, field, {
      get(): never {
        throw notShared(field);
      },
    });
  }
  knownRefusals.set(readable, refusals);
  return refusals;
}

function isRecordField(name: string): boolean {
  return (RECORD_FIELDS as readonly string[]).includes(name);
}

function notShared(field: string): DomainError {
  return new DomainError("FORBIDDEN", `${excerpt(field)} is not shared with you`);
}
