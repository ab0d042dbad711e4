import { CliError } from "../cli-error.ts";
import type { Connection } from "../connection.ts";
import { EXIT } from "../exit-codes.ts";
import { count, note, plural, print, printable, printJson } from "../output.ts";
import { Progress } from "../progress.ts";
import { catenaXLines } from "./import-catena-x.ts";
import { type ImportFileOptions, type ImportResult, importFile } from "./import-file.ts";

/** Sends a file, shows how far it is, and tells what became of it. */
export async function runFile(
  path: string,
  options: Omit<ImportFileOptions, "dryRun"> & { dryRun?: boolean; progress?: boolean },
  connect: (needsToDefine: boolean) => Promise<Connection>,
): Promise<void> {
  const progress = Progress.forTerminal(options.progress);
  const noteBelow = (text: string) => {
    progress.end();
    note(printable(text));
  };
  const { dryRun = false } = options;
  const result = await importFile(
    path,
    { ...options, dryRun },
    { connect, progress, note: noteBelow },
  ).finally(() => progress.end());
  if (options.json) printJson(resultAsJson(result));
  else printResult(result, path, options.secrets === undefined);
  if (result.failure !== null) throw stopped(result);
  const refused = result.summary.refused + (result.installations?.refused ?? 0);
  process.exitCode = refused > 0 ? EXIT.REFUSED : EXIT.OK;
}

function resultAsJson({
  format,
  dryRun,
  summary,
  defined,
  catenaX,
  installations,
  failure,
}: ImportResult): object {
  return {
    format,
    dryRun,
    complete: failure === null,
    ...summary.toJSON(),
    fieldsDefined: defined,
    ...(catenaX && { catenaX }),
    ...(installations && { installations }),
  };
}

/** The summary is the data, unless secrets were: then it must not stand among them. */
function printResult(result: ImportResult, path: string, secretsArePrinted: boolean): void {
  const { summary, format, purpose, dryRun, defined, catenaX, installations } = result;
  const write = secretsArePrinted && summary.secretsMade > 0 ? note : print;
  const name = path === "-" ? "standard input" : path;
  const lines = [`${name} (${format}): ${plural(summary.rows, "row")}`];
  if (dryRun) lines.push(...dryRunLines(summary));
  else if (purpose === "record") lines.push(`  ${summary.recordLine()}`);
  const identities = summary.identityLine();
  if (identities) lines.push(`  ${identities}`);
  if (summary.secretsLost > 0) {
    lines.push(
      `  ${plural(summary.secretsLost, "device")} provisioned in an answer that was lost:`,
    );
    lines.push("  their init keys or claim codes are not known to anybody");
  }
  if (defined.length > 0) {
    lines.push(`  custom fields ${dryRun ? "to define" : "defined"}: ${defined.join(", ")}`);
  }
  for (const line of catenaX ? catenaXLines(catenaX) : []) lines.push(`  ${line}`);
  if (installations && !dryRun) lines.push(...installations.lines().map((line) => `  ${line}`));
  for (const line of summary.refusalLines()) lines.push(`  ${line}`);
  for (const line of lines) write(printable(line));
}

function dryRunLines({ rows, refused }: { rows: number; refused: number }): string[] {
  return [
    `  dry run, nothing written: ${count(rows - refused)} would be sent · ${count(refused)} refused`,
    "  not checked: what is recorded already (other values, phases, required custom fields),",
    "  whether a connhexId is taken, whether a device is quarantined or scrapped",
  ];
}

function stopped({ failure, summary }: ImportResult): CliError {
  const cause =
    failure instanceof CliError
      ? failure
      : new CliError("INTERNAL", failure instanceof Error ? failure.message : String(failure));
  const again = "It is safe to run the same command again: what is recorded stays unchanged.";
  return new CliError(
    cause.code,
    `stopped after ${plural(summary.rows, "row")}: ${cause.message}`,
    {
      ...cause.details,
      exit: cause.exit,
      advice: `${cause.advice} ${again}`,
    },
  );
}
