import { CLIENT_NAME_RULE, isClientName } from "../../../shared/client-name.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import { readReason } from "../../../shared/reason.ts";
import { assertPlainText, excerpt } from "../../../shared/text.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import { LIMITS } from "../limits.ts";
import { assertGroupable } from "../production-group/production-group.ts";
import { assertShareable } from "./shared-fields.ts";

/** How a share says which devices it covers. */
export const SHARE_KINDS = ["GROUP", "LIST", "CRITERIA"] as const;
export type ShareKind = (typeof SHARE_KINDS)[number];

/** Whether a share is yet to begin, lasts, or is over. */
export const SHARE_STATES = ["PLANNED", "ACTIVE", "ENDED"] as const;
export type ShareState = (typeof SHARE_STATES)[number];

/** The devices that have one of these values in a grouping field, now. */
export interface GroupTerms {
  field: string;
  values: string[];
}

/** The criteria that name values of a field, each with the column that keeps them. */
export const VALUE_CRITERIA = {
  partNumber: "partNumbers",
  deviceType: "deviceTypes",
  hardwareRevision: "hardwareRevisions",
  fwVersion: "fwVersions",
  site: "sites",
} as const;
export type ValueCriterion = keyof typeof VALUE_CRITERIA;

/** Devices that meet every criterion that is given: times from and before, serial numbers between. */
export interface CriteriaTerms extends Partial<Record<ValueCriterion, string[] | null>> {
  producedFrom?: Timestamp | null;
  producedTo?: Timestamp | null;
  serialNumberFrom?: string | null;
  serialNumberTo?: string | null;
}

/** A share as somebody asks for it: exactly one kind of terms. */
export interface ShareRequest {
  partner: string;
  group?: GroupTerms | null;
  serialNumbers?: string[] | null;
  criteria?: CriteriaTerms | null;
  fields: string[];
  from?: Timestamp | null;
  to?: Timestamp | null;
  reason: string;
}

/** A request with every value found fit. */
export interface Grant {
  partner: string;
  kind: ShareKind;
  group: GroupTerms | null;
  serialNumbers: string[];
  criteria: CriteriaTerms | null;
  fields: string[];
  /** null: from the moment of granting. */
  from: Timestamp | null;
  /** null: until it is ended. */
  to: Timestamp | null;
  reason: string;
}

/** Checks a request against the fields that the tenant has. */
export function readGrant(
  request: ShareRequest,
  definitions: readonly FieldDefinition[],
  now: Timestamp,
): Grant {
  const { partner, fields, from = null, to = null, reason } = request;
  const group = request.group ? readGroup(request.group, definitions) : null;
  const serialNumbers = request.serialNumbers ? readSerialNumbers(request.serialNumbers) : null;
  const criteria = request.criteria ? readCriteria(request.criteria) : null;
  if ([group, serialNumbers, criteria].filter((terms) => terms !== null).length !== 1) {
    throw refused("give exactly one of group, serialNumbers and criteria", "input");
  }
  if (from !== null && from < now) {
    throw refused("from lies in the past, when nothing was shared: leave it out", "from");
  }
  if (to !== null && to <= (from ?? now)) throw refused("to must lie after from, and ahead", "to");
  return {
    partner: readPartner(partner),
    kind: group ? "GROUP" : criteria ? "CRITERIA" : "LIST",
    group,
    serialNumbers: serialNumbers ?? [],
    criteria,
    fields: assertShareable(fields, definitions),
    from,
    to,
    reason: readReason(reason, LIMITS.reasonCharacters),
  };
}

/** Refuses another share of a partner that has as many as one question may look at. */
export function assertMayShareMore(partner: string, lasting: number): void {
  if (lasting < LIMITS.sharesOfAPartner) return;
  throw new DomainError(
    "LIMIT_EXCEEDED",
    `${partner} has ${lasting} shares that are not ended, at most ${LIMITS.sharesOfAPartner} are possible`,
    { most: LIMITS.sharesOfAPartner },
  );
}

/** Refuses a list that names what is not recorded: nobody would notice what is missing. */
export function assertAllRecorded(unknown: readonly string[]): void {
  if (unknown.length === 0) return;
  const named = unknown.slice(0, 10).map(excerpt).join(", ");
  const more = unknown.length > 10 ? ` and ${unknown.length - 10} more` : "";
  throw new DomainError("DEVICE_NOT_RECORDED", `not recorded: ${named}${more}`, {
    field: "serialNumbers",
  });
}

/** Refuses an end that changes nothing, or that would say of the past what was not so. */
export function assertMayEnd(
  share: { end: Timestamp | null; to: Timestamp | null },
  at: Timestamp | null,
  now: Timestamp,
): void {
  if (at !== null && at < now) {
    throw refused("at lies in the past, when the partner could see: leave it out", "at");
  }
  const end = at ?? now;
  const known = [share.end, share.to].find((time) => time !== null && time <= end);
  if (known) throw new DomainError("NOTHING_TO_CHANGE", `the share ends at ${known} already`);
}

/** A partner is a client of the gateway's: a share with what no client is called would reach nobody. */
function readPartner(partner: string): string {
  if (isClientName(partner)) return partner;
  throw refused(
    `partner ${excerpt(partner)} is no name of a client, which ${CLIENT_NAME_RULE}`,
    "partner",
  );
}

function readGroup({ field, values }: GroupTerms, definitions: readonly FieldDefinition[]) {
  assertGroupable(field, definitions);
  return { field, values: readValues("group.values", values, LIMITS.groupValueCharacters) };
}

function readSerialNumbers(given: readonly string[]): string[] {
  const most = LIMITS.sharedSerialNumbers;
  if (given.length > most) {
    const message = `a share lists at most ${most} devices, not ${given.length}`;
    throw new DomainError("LIMIT_EXCEEDED", message, { most, asked: given.length });
  }
  if (given.length === 0) throw refused("serialNumbers is empty", "serialNumbers");
  return [...new Set(given)];
}

function readCriteria(given: CriteriaTerms): CriteriaTerms {
  const criteria: CriteriaTerms = {};
  for (const field of Object.keys(VALUE_CRITERIA) as ValueCriterion[]) {
    const values = given[field];
    if (values) criteria[field] = readValues(`criteria.${field}`, values, LIMITS.fieldCharacters);
  }
  const { producedFrom, producedTo, serialNumberFrom, serialNumberTo } = given;
  if (producedFrom && producedTo && producedFrom >= producedTo) {
    throw refused("criteria.producedTo must lie after producedFrom", "criteria.producedTo");
  }
  if (producedFrom) criteria.producedFrom = producedFrom;
  if (producedTo) criteria.producedTo = producedTo;
  const most = LIMITS.serialNumberCharacters;
  if (serialNumberFrom != null) {
    const name = "criteria.serialNumberFrom";
    criteria.serialNumberFrom = assertPlainText(name, serialNumberFrom, most);
  }
  if (serialNumberTo != null) {
    criteria.serialNumberTo = assertPlainText("criteria.serialNumberTo", serialNumberTo, most);
  }
  if (Object.keys(criteria).length > 0) return criteria;
  throw refused("criteria without a criterion would share every device", "criteria");
}

function readValues(name: string, values: readonly string[], mostCharacters: number): string[] {
  const most = LIMITS.shareValues;
  if (values.length === 0) throw refused(`${name} is empty`, name);
  if (values.length > most) {
    const message = `${name} has at most ${most} values, not ${values.length}`;
    throw new DomainError("LIMIT_EXCEEDED", message, { most, asked: values.length });
  }
  return [...new Set(values)].map((value) => assertPlainText(name, value, mostCharacters));
}

function refused(message: string, argument: string): DomainError {
  return new DomainError("BAD_USER_INPUT", message, { argument });
}
