import type { Caller } from "../../../shared/caller.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { ACCESS } from "../access.ts";
import type { Readers } from "../context.ts";
import { inKnowledge } from "../device/device-revision.ts";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import type { Clause, Criteria, SiblingsClause } from "./criteria.ts";
import { mapClauses } from "./criteria.ts";
import type { CriterionField } from "./criterion-field.ts";
import { criterionField } from "./criterion-field.ts";
import { badCriteria, unknownValue } from "./criterion-value.ts";
import type { GivenCriteria } from "./given-criteria.ts";
import { parseCriteria } from "./parse-criteria.ts";
import { originsOf } from "./siblings.ts";
import { isInRange } from "./value-order.ts";

/** What checking criteria asks of a request. */
export type CheckingStores = Pick<
  Readers,
  "definitions" | "devices" | "revisions" | "recordedValues" | "containedComponents"
> & { caller: Caller };

/**
 * Reads criteria and looks up what they name: every value must once have been recorded, or the
 * criteria are refused with UNKNOWN_VALUE. The origins of siblingsOf are those known at `knownAt`; `place` is
 * the argument that holds the criteria, where there are several.
 */
export async function checkedCriteria(
  given: GivenCriteria,
  stores: CheckingStores,
  { knownAt, place = "" }: { knownAt: Timestamp | null; place?: string },
): Promise<Criteria> {
  const definitions = await stores.definitions.all();
  const criteria = parseCriteria(given, definitions, place);
  return mapClauses(criteria, (clause) => checkedClause(clause, stores, { knownAt, definitions }));
}

interface Known {
  knownAt: Timestamp | null;
  definitions: readonly FieldDefinition[];
}

async function checkedClause(
  clause: Clause,
  stores: CheckingStores,
  known: Known,
): Promise<Clause> {
  const { recordedValues } = stores;
  switch (clause.kind) {
    case "values": {
      const { path, field, values } = clause;
      assertReads(field, stores.caller, path);
      const missing = await recordedValues.firstMissing(field, values);
      if (missing === null) return clause;
      const near = await recordedValues.near(field, missing);
      throw unknownValue(path, { field: field.name, value: missing, near });
    }
    case "range": {
      const { path, field } = clause;
      assertReads(field, stores.caller, path);
      // What is kept once a value is looked up there, and asked for value by value.
      const all = field.type === "TIME" ? null : await recordedValues.all(field);
      if (all === null) return clause;
      const recorded = all.filter((value) => isInRange(field, clause, value));
      if (recorded.length > 0) return { ...clause, recorded };
      const { from, to } = clause.given;
      const value = `${from ?? ""} to ${to ?? ""}`;
      throw unknownValue(path, { field: field.name, value, near: all.slice(-5) });
    }
    case "serialNumbers": {
      const missing = await recordedValues.firstMissingSerialNumber(clause.values);
      if (missing === null) return clause;
      throw await unknownSerialNumber(clause.path, missing, stores);
    }
    case "serialRange": {
      const { path, range } = clause;
      if (await recordedValues.hasSerialNumberIn(range)) return clause;
      const value = `${range.from} to ${range.to}`;
      throw unknownValue(path, { field: "serialNumber", value });
    }
    case "component": {
      const missing = await recordedValues.missingOfComponent(clause);
      if (missing === null) return clause;
      const members = ["partNumber", "serialNumber", "supplier", "supplierLot"] as const;
      const value =
        missing === "all"
          ? members.flatMap((name) => clause[name] ?? []).join(", ")
          : (clause[missing] ?? "");
      const field = missing === "all" ? "component" : `component ${missing}`;
      throw unknownValue(clause.path, { field, value });
    }
    case "siblings":
      return withOrigins(clause, stores, known);
  }
}

async function withOrigins(
  clause: SiblingsClause,
  stores: CheckingStores,
  { knownAt, definitions }: Known,
): Promise<SiblingsClause> {
  const { path, serialNumber, by } = clause;
  const device = await stores.devices.bySerialNumber.load(serialNumber);
  if (!device) throw await unknownSerialNumber(path, serialNumber, stores);
  const { deviceId, revision } = device;
  const all = await stores.revisions.range.load({ deviceId, lowest: 1, highest: revision });
  const revisions = inKnowledge(all, knownAt);
  const contained = await stores.containedComponents.of(deviceId, knownAt);
  const fields = by.flatMap((name) => criterionField(name, definitions) ?? []);
  const origins = originsOf(clause, { revisions, contained }, fields);
  if (origins.length > 0) return { ...clause, origins };
  const message = `of device ${serialNumber} no ${by.join(", ")} is known`;
  throw badCriteria(path, `${message}: nothing can be shared`);
}

async function unknownSerialNumber(
  path: string,
  value: string,
  { recordedValues }: CheckingStores,
): Promise<DomainError> {
  const near = await recordedValues.nearSerialNumbers(value);
  return unknownValue(path, { field: "serialNumber", value, near });
}

/** Whoever may not read a field must not find it out by asking for its values. */
export function assertReads(
  { name, isBuiltIn }: CriterionField,
  caller: Caller,
  path: string,
): void {
  const readers = ACCESS.Device?.[isBuiltIn ? name : "attributes"] ?? [];
  if (caller.roles.some((role) => readers.includes(role))) return;
  throw new DomainError("FORBIDDEN", `${path}: your roles may not read Device.${name}`);
}
