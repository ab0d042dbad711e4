import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";

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
    .option("--value <value>", "a value of the group; may be given several times", add, [])
    .option("--serial <number>", "a device; may be given several times", add, [])
    .option("--list <file>", "devices: a file with one serial number a line, or - for input")
    .option("--part-number <number>", "criterion; several: any of them", add, [])
    .option("--device-type <type>", "criterion; several: any of them", add, [])
    .option("--hardware-revision <revision>", "criterion; several: any of them", add, [])
    .option("--fw-version <version>", "criterion; several: any of them", add, [])
    .option("--site <site>", "criterion; several: any of them", add, [])
    .option("--produced-from <time>", "criterion: built then or later")
    .option("--produced-to <time>", "criterion: built before")
    .option("--serial-from <number>", "criterion: the first serial number")
    .option("--serial-to <number>", "criterion: the last serial number");
}

/** The terms of a share as the gateway takes them. That there is exactly one kind, it checks. */
export async function readTerms(options: TermsOptions): Promise<object> {
  if ((options.group !== undefined) !== options.value.length > 0) {
    throw new CliError("USAGE", "--group goes with at least one --value");
  }
  const serialNumbers = [...options.serial, ...(options.list ? await readList(options.list) : [])];
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
  return {
    ...(options.group !== undefined && { group: { field: options.group, values: options.value } }),
    ...((serialNumbers.length > 0 || options.list) && { serialNumbers }),
    ...(Object.keys(criteria).length > 0 && { criteria }),
  };
}

async function readList(path: string): Promise<string[]> {
  const content = await (path === "-" ? text(process.stdin) : readFile(path, "utf8")).catch(() => {
    throw new CliError("NOT_READABLE", `cannot read ${path}`);
  });
  return content
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function withoutEmpty(values: Readonly<Record<string, string | string[] | undefined>>): object {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value.length > 0),
  );
}

function add(value: string, values: string[]): string[] {
  return [...values, value];
}
