import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { listOption, readTime } from "../option-values.ts";
import { readUtf8 } from "../read-text.ts";

const ONE_KIND =
  "name the devices in one way: --group with --value, or --serial and --list, or criteria (--part-number …)";

/** The options that say which devices are shared. */
export interface TermsOptions {
  group?: string;
  value: string[];
  serial: string[];
  list?: string;
  partNumber: string[];
  deviceType: string[];
  hardwareRevision: string[];
  fwVersion: string[];
  site: string[];
  producedFrom?: string;
  producedTo?: string;
  serialFrom?: string;
  serialTo?: string;
}

/** Adds the options that say which devices are shared. */
export function withTerms(command: Command): Command {
  return command
    .option("--group <field>", "devices of a production group now: its field, with --value")
    .addOption(listOption("--value <value>", "a value of the group; may be given several times"))
    .addOption(listOption("--serial <number>", "a device; may be given several times"))
    .option("--list <file>", "devices: a file with one serial number a line, or - for input")
    .addOption(listOption("--part-number <number>", "criterion; several: any of them"))
    .addOption(listOption("--device-type <type>", "criterion; several: any of them"))
    .addOption(listOption("--hardware-revision <revision>", "criterion; several: any of them"))
    .addOption(listOption("--fw-version <version>", "criterion; several: any of them"))
    .addOption(listOption("--site <site>", "criterion; several: any of them"))
    .option("--produced-from <time>", "criterion: built then or later", readTime)
    .option("--produced-to <time>", "criterion: built before", readTime)
    .option("--serial-from <number>", "criterion: the first serial number")
    .option("--serial-to <number>", "criterion: the last serial number");
}

/** The terms of a share as the gateway takes them: of exactly one kind. */
export async function readTerms(options: TermsOptions): Promise<object> {
  if ((options.group !== undefined) !== options.value.length > 0) {
    throw new CliError("USAGE", "--group goes with at least one --value");
  }
  const serialNumbers = [...options.serial, ...(options.list ? await readList(options.list) : [])];
  const isList = serialNumbers.length > 0 || options.list !== undefined;
  const criteria = withoutEmpty({
    partNumber: options.partNumber,
    deviceType: options.deviceType,
    hardwareRevision: options.hardwareRevision,
    fwVersion: options.fwVersion,
    site: options.site,
    producedFrom: options.producedFrom,
    producedTo: options.producedTo,
    serialNumberFrom: options.serialFrom,
    serialNumberTo: options.serialTo,
  });
  const kinds = [options.group !== undefined, isList, Object.keys(criteria).length > 0];
  if (kinds.filter(Boolean).length !== 1) throw new CliError("USAGE", ONE_KIND);
  return {
    ...(options.group !== undefined && { group: { field: options.group, values: options.value } }),
    ...(isList && { serialNumbers }),
    ...(Object.keys(criteria).length > 0 && { criteria }),
  };
}

async function readList(path: string): Promise<string[]> {
  return (await readUtf8(path))
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function withoutEmpty(values: Readonly<Record<string, string | string[] | undefined>>): object {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value.length > 0),
  );
}
