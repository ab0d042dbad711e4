import { DISPOSITIONS, FACT_FIELDS, PHASES, type RecordField } from "../device/device-record.ts";
import type { FieldDefinition, FieldType } from "../field-definition/field-definition.ts";
import { isGroupField } from "../production-group/production-group.ts";

/** What the values of a field are, as far as criteria care: a custom field's type, or one of ours. */
export type CriterionFieldType = FieldType | "VERSION" | "TIME";

/** A field of the record that criteria and breakdowns ask by. */
export interface CriterionField {
  name: string;
  isBuiltIn: boolean;
  type: CriterionFieldType;
  isGroupable: boolean;
  /** All values that there can be; null where they are not listed. */
  choices: readonly string[] | null;
}

const VERSIONS: readonly RecordField[] = ["fwVersion", "hardwareRevision"];
const CHOICES: Partial<Record<RecordField, readonly string[]>> = {
  phase: PHASES,
  disposition: DISPOSITIONS,
};

const BUILT_IN: ReadonlyMap<string, CriterionField> = new Map(
  (["connhexId", ...FACT_FIELDS] as const).map((name) => [
    name,
    {
      name,
      isBuiltIn: true,
      type: typeOf(name),
      isGroupable: isGroupField(name),
      choices: CHOICES[name] ?? null,
    },
  ]),
);

function typeOf(name: RecordField): CriterionFieldType {
  if (VERSIONS.includes(name)) return "VERSION";
  return name === "producedAt" ? "TIME" : "TEXT";
}

const ATTRIBUTE = "attributes.";

/** The field of this name: a built-in one, a custom one, or a custom one as `attributes.<name>`. */
export function criterionField(
  name: string,
  definitions: readonly FieldDefinition[],
): CriterionField | null {
  const builtIn = BUILT_IN.get(name);
  if (builtIn) return builtIn;
  const custom = name.startsWith(ATTRIBUTE) ? name.slice(ATTRIBUTE.length) : name;
  const definition = definitions.find((one) => one.name === custom);
  if (!definition) return null;
  const { type, isGroupable } = definition;
  return { name: custom, isBuiltIn: false, type, isGroupable, choices: null };
}

/** Every name that criteria may ask by. */
export function criterionNames(definitions: readonly FieldDefinition[]): string[] {
  return [...BUILT_IN.keys(), ...definitions.map(({ name }) => name)];
}

/**
 * Built-in fields of which every value that was ever recorded is kept once, so that a value that
 * never was is known at once. Grouping fields and identifiers have tables of their own for that.
 */
export const FIELDS_WITH_RECORDED_VALUES = [
  "partNumber",
  "pcbPartNumber",
  "hardwareRevision",
  "fwVersion",
  "deviceType",
  "site",
  "line",
  "operator",
] as const satisfies readonly RecordField[];

export function hasRecordedValues({ name, isBuiltIn }: CriterionField): boolean {
  return isBuiltIn && (FIELDS_WITH_RECORDED_VALUES as readonly string[]).includes(name);
}

/** Whether values of this type have an order that people ask ranges of. */
export function isOrdered({ type }: CriterionField): boolean {
  return ["VERSION", "TIME", "INTEGER", "DECIMAL", "DATE"].includes(type);
}
