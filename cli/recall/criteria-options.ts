import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { listOption, readTime } from "../option-values.ts";
import { readUtf8 } from "../read-text.ts";

/** The options that say what is affected, and as known when. */
export interface CriteriaOptions {
  criteria?: string;
  siblingsOf?: string;
  by: string[];
  ever?: boolean;
  knownAt?: string;
}

/** Adds the options that say what is affected. */
export function withCriteria(command: Command): Command {
  return withKnownAt(
    command
      .option("--criteria <file|json>", "the criteria: a JSON file, - for input, or JSON itself")
      .option("--siblings-of <serial-number>", "everything that shares an origin with this device")
      .addOption(listOption("--by <field>", "the origin; several: any of them; lotCode if none"))
      .option("--ever", "what was ever shared, not only what is now"),
  );
}

export function withKnownAt(command: Command): Command {
  return command.option("--known-at <time>", "as it was known then; as now unless given", readTime);
}

/** The criteria as the gateway takes them: given as they are, or as the siblings of a device. */
export async function readCriteriaOptions(options: CriteriaOptions): Promise<unknown> {
  const { criteria, siblingsOf, by, ever } = options;
  if ((criteria === undefined) === (siblingsOf === undefined)) {
    throw new CliError("USAGE", "give --criteria, or --siblings-of with --by");
  }
  if (criteria !== undefined) {
    if (by.length > 0 || ever) throw new CliError("USAGE", "--by and --ever go with --siblings-of");
    return readCriteria(criteria);
  }
  const fields = by.length > 0 ? by : ["lotCode"];
  const membership = ever ? "EVER" : "CURRENT";
  return { siblingsOf: { serialNumber: siblingsOf, by: fields, membership } };
}

/** Criteria from a file, standard input, or the argument itself where it begins like JSON. */
export async function readCriteria(given: string): Promise<unknown> {
  const isInline = given.trimStart().startsWith("{");
  const text = isInline ? given : await readUtf8(given);
  try {
    return JSON.parse(text);
  } catch (error) {
    const name = isInline ? "the criteria" : given;
    throw new CliError("INVALID_JSON", `${name}: ${(error as Error).message}`);
  }
}
