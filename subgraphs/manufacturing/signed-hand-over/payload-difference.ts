import { parseTimestamp } from "../../../shared/time.ts";
import { FACT_FIELDS } from "../device/device-record.ts";
import type { Revision } from "../device/device-revision.ts";
import {
  attributeOf,
  type FieldDefinition,
  readAttribute,
} from "../field-definition/field-definition.ts";
import type { SignatureUnderAudit } from "./audit-signature.ts";

/** Fields of a signed payload whose values are times. */
const TIMES: readonly string[] = ["producedAt", "effectiveAt"];
/** Of what is no field of the record, the revision has a field of its own. */
const STATED = ["serialNumber", ...FACT_FIELDS, "effectiveAt", "source"] as const;

/**
 * Where a revision says something else than the payload that made it, or more: null where it says
 * just that. A hand-over that found everything known already is only held to what it says.
 */
export function differenceOf(
  { payload, outcome, recordedAt }: Pick<SignatureUnderAudit, "payload" | "outcome" | "recordedAt">,
  revision: Revision,
): string | null {
  const said = objectIn(payload);
  if (!said) return "the payload is no JSON object";
  const attributes = asObject(said.attributes) ?? {};
  const made = outcome !== "UNCHANGED";
  for (const field of STATED) {
    if (!made && (field === "effectiveAt" || field === "source")) continue;
    const given = said[field];
    if (given === undefined || given === null) continue;
    if (formOf(field, given) !== revision[field]) return `${field} is not what was signed`;
  }
  for (const [name, given] of Object.entries(attributes)) {
    if (given === null) continue;
    if (!isSame(given, attributeOf(revision.attributes, name)))
      return `${name} is not what was signed`;
  }
  if (!made) return null;
  if (revision.recordedAt !== recordedAt) return "the times of revision and signature differ";
  const unsaid = revision.changed.find((name) => !isSaid(name, said, attributes, revision));
  return unsaid === undefined ? null : `${unsaid} was not signed`;
}

type Members = Readonly<Record<string, unknown>>;

/** A first record makes a device RELEASED without anybody's word. */
function isSaid(name: string, said: Members, attributes: Members, revision: Revision): boolean {
  if ((said[name] ?? attributes[name] ?? null) !== null) return true;
  return name === "disposition" && revision.revision === 1 && revision.disposition === "RELEASED";
}

function formOf(field: string, given: unknown): unknown {
  return TIMES.includes(field) && typeof given === "string" ? parseTimestamp(given) : given;
}

/** What a decimal number is read by: its form when it was recorded is its form for ever. */
const DECIMAL: FieldDefinition = {
  name: "decimal",
  type: "DECIMAL",
  isRequired: false,
  isGroupable: false,
  pattern: null,
  values: null,
  label: null,
  description: null,
  createdAt: "",
  retiredAt: null,
};

/** A value as given is a value as stored: the same, or the same decimal number. */
function isSame(given: unknown, stored: unknown): boolean {
  if (given === stored) return true;
  try {
    return typeof stored === "string" && readAttribute(DECIMAL, given) === stored;
  } catch {
    return false;
  }
}

function objectIn(payload: Buffer): Members | null {
  try {
    return asObject(JSON.parse(payload.toString()));
  } catch {
    return null;
  }
}

function asObject(value: unknown): Members | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Members)
    : null;
}
