import { type Command, InvalidArgumentError, Option } from "commander";
import { listOption } from "../option-values.ts";
import { SCAN_FORMATS, type ScanFormat } from "./read-scans.ts";
import { USUAL_CODE } from "./scan-code.ts";
import type { ScanValues } from "./scan-fields.ts";

const PHASES = ["MANUFACTURING", "FINAL_ASSEMBLY", "TESTING", "PACKAGING"];
const STATION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Fields of the record that are the same for every scan, and what their options say of them. */
const FIELD_OPTIONS = {
  site: "the factory site",
  line: "the line within the site",
  operator: "who operates the station",
  partNumber: "the part number",
  pcbPartNumber: "the part number of the circuit board",
  hardwareRevision: "the hardware revision",
  fwVersion: "the firmware version",
  deviceType: "the kind of device",
  lotCode: "the production lot",
  workOrder: "the work order",
  productionOrder: "the production order",
  palletId: "the pallet",
  packageId: "the package",
} as const;
type FieldOption = keyof typeof FIELD_OPTIONS;

/** What the options say of each scan. */
export type ScanValueOptions = Partial<Record<FieldOption, string>> & {
  phase?: string;
  attribute: string[];
};

/** How the input is read. */
export interface InputOptions {
  format: ScanFormat;
  pattern: string;
  encoding: string;
}

export function withScanValues(command: Command): Command {
  command.addOption(new Option("--phase <phase>", "the phase of production").choices(PHASES));
  for (const [field, description] of Object.entries(FIELD_OPTIONS)) {
    const flag = field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    command.option(`--${flag} <text>`, description);
  }
  const several = "a custom field: name=text, or name:=JSON; may be given several times";
  return command.addOption(listOption("--attribute <name=value>", several));
}

export function withInput(command: Command): Command {
  const format = new Option("--format <format>", "bare codes, or rows with columns");
  return command
    .addOption(format.choices(SCAN_FORMATS).default("lines"))
    .option("--pattern <regex>", "what a whole code is, of bare ones", readPattern, USUAL_CODE)
    .option("--encoding <label>", "the code page of the input", readEncoding, "utf-8");
}

export function stationOption(fact?: string): Option {
  const about = "the station: 1 to 64 letters, digits, . _ and -";
  const option = new Option("--station <name>", fact ? `${about} (${fact})` : about);
  return option.argParser((text: string) => {
    if (STATION.test(text)) return text;
    throw new InvalidArgumentError("A station has 1 to 64 letters, digits, . _ and -.");
  });
}

/** What is said of each scan. */
export function scanValuesOf(options: ScanValueOptions): ScanValues {
  const fields = [...Object.keys(FIELD_OPTIONS), "phase"] as (FieldOption | "phase")[];
  const given = fields.filter((field) => options[field] !== undefined);
  const values = Object.fromEntries(given.map((field) => [field, options[field]]));
  const attributes = Object.fromEntries(options.attribute.map(readAttribute));
  return { ...values, ...(options.attribute.length > 0 && { attributes }) } as ScanValues;
}

function readAttribute(text: string): [name: string, value: unknown] {
  const [, name, isJson, value = ""] = /^([^:=]+)(:?)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError(`Give name=value, not ${text}.`);
  if (isJson === "") return [name, value];
  try {
    return [name, JSON.parse(value) as unknown];
  } catch {
    throw new InvalidArgumentError(`${value} is not JSON.`);
  }
}

function readPattern(text: string): string {
  try {
    new RegExp(`^(?:${text})$`, "u");
    return text;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function readEncoding(text: string): string {
  try {
    return new TextDecoder(text).encoding;
  } catch {
    throw new InvalidArgumentError(`${text} is no code page that is known here.`);
  }
}
