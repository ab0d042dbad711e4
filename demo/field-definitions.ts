import { BOARD_VENDORS } from "./catalogue.ts";

/** A custom field of the demo's tenant, as `defineField` would take it. */
export interface DemoFieldDefinition {
  name: string;
  type: "TEXT" | "INTEGER" | "DECIMAL" | "BOOLEAN" | "DATE" | "ENUM";
  isRequired: boolean;
  isGroupable: boolean;
  pattern: string | null;
  values: readonly string[] | null;
  label: string;
  description: string;
}

/** None is required: who tries the demo out imports a file of his own into the same tenant. */
export const FIELD_DEFINITIONS: readonly DemoFieldDefinition[] = [
  field("boardVendor", "ENUM", "Board vendor", "Who made the bare board.", {
    isGroupable: true,
    values: BOARD_VENDORS,
  }),
  field("capacitorBatch", "TEXT", "Capacitor batch", "The reel of the DC link capacitors.", {
    isGroupable: true,
    pattern: "^CB-[0-9]{4,6}-[A-Z]$",
  }),
  field("solderBatch", "TEXT", "Solder batch", "The jar of solder paste of a power board.", {
    isGroupable: true,
  }),
  field("refrigerantGrams", "INTEGER", "Refrigerant", "The charge of a sealed circuit, in grams."),
  field("calibrationOffset", "DECIMAL", "Calibration offset", "Of the temperature, in kelvin."),
  field("leakTested", "BOOLEAN", "Leak tested", "Whether the circuit held its pressure."),
  field("calibratedOn", "DATE", "Calibrated on", "The day of the calibration."),
];

function field(
  name: string,
  type: DemoFieldDefinition["type"],
  label: string,
  description: string,
  rest: Partial<DemoFieldDefinition> = {},
): DemoFieldDefinition {
  const defaults = { isRequired: false, isGroupable: false, pattern: null, values: null };
  return { name, type, ...defaults, ...rest, label, description };
}
