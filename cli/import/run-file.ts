import { CliError } from "../cli-error.ts";
import type { Connection } from "../connection.ts";
import { EXIT } from "../exit-codes.ts";
import { count, note, plural, print, printable, printJson } from "../output.ts";
import { Progress } from "../progress.ts";
import { catenaXLines } from "./import-catena-x.ts";
import { type ImportFileOptions, type ImportResult, importFile } from "./import-file.ts";
import { TimeZone } from "./mapping/time-zone.ts";
import type { Summary } from "./summary.ts";

const STATE_SUFFIX = ".tracegraph-import.json";

/** The options of `import` and of `provision`, as the command line brings them. */
export interface RunOptions
  extends Omit<
    ImportFileOptions,
    "dryRun" | "timeZone" | "state" | "restarts" | "patienceSeconds"
  > {
  dryRun?: boolean;
  progress?: boolean;
  timeZone?: string;
  state?: string;
  restart?: boolean;
  patience: number;
}

/** Sends a file, shows how far it is, and tells what became of it. */
export async function runFile(
  path: string,
  options: RunOptions,
  connect: (needsToDefine: boolean) => Promise<Connection>,
): Promise<void> {
  const begun = performance.now();
  const progress = Progress.forTerminal(options.progress);
  const noteBelow = (text: string) => {
    progress.end();
    note(printable(text));
  };
  const result = await importFile(path, importOptions(path, options), {
    connect,
    progress,
    note: noteBelow,
  }).finally(() => progress.end());
  const usage = usageOf(result, performance.now() - begun);
  if (options.json) printJson(resultAsJson(result, usage));
  else printResult(result, { path, usage, secretsArePrinted: options.secrets === undefined });
  if (result.failure !== null) throw stopped(result);
  const refused = result.summary.refused + (result.installations?.refused ?? 0);
  process.exitCode = refused > 0 ? EXIT.REFUSED : EXIT.OK;
}

function importOptions(path: string, options: RunOptions): ImportFileOptions {
  const { dryRun = false, restart = false, timeZone, state, patience, ...rest } = options;
  // What comes through a pipe may be another thing next time, unless somebody says where it stands.
  const beside = path === "-" ? null : `${path}${STATE_SUFFIX}`;
  const zone = timeZone === undefined ? null : TimeZone.named(timeZone);
  if (timeZone !== undefined && !zone) {
    throw new CliError("USAGE", `there is no time zone ${JSON.stringify(timeZone)}`, {
      advice: "Name one like Europe/Rome, UTC or +01:00.",
    });
  }
  const remembered = { state: state ?? beside, restarts: restart };
  return { ...rest, ...remembered, dryRun, timeZone: zone, patienceSeconds: patience };
}

/** What a run took of this machine. */
interface Usage {
  seconds: number;
  rowsPerSecond: number;
  /** Of this process, over its whole life. */
  peakMemoryBytes: number;
}

function usageOf({ summary, resumedAfter }: ImportResult, ms: number): Usage {
  const rows = summary.rows - resumedAfter;
  return {
    seconds: Math.round(ms) / 1_000,
    rowsPerSecond: Math.round(rows / (ms / 1_000)),
    peakMemoryBytes: process.resourceUsage().maxRSS * 1_024,
  };
}

function resultAsJson(result: ImportResult, usage: Usage): object {
  const { format, dryRun, summary, defined, catenaX, installations, failure } = result;
  return {
    format,
    dryRun,
    complete: failure === null,
    resumedAfter: result.resumedAfter,
    ...summary.toJSON(),
    fieldsDefined: defined,
    ...(catenaX && { catenaX }),
    ...(installations && { installations }),
    ...usage,
  };
}

/** The summary is the data, unless secrets were: then it must not stand among them. */
function printResult(
  result: ImportResult,
  told: { path: string; usage: Usage; secretsArePrinted: boolean },
): void {
  const { summary, format, dryRun, defined, catenaX, installations } = result;
  const write = told.secretsArePrinted && summary.secretsMade > 0 ? note : print;
  const name = told.path === "-" ? "standard input" : told.path;
  const lines = [
    `${name} (${format}): ${plural(summary.rows, "row")}`,
    ...(dryRun ? ["  dry run, nothing written; the rows would be"] : []),
    ...verdictLines(result),
  ];
  if (defined.length > 0) {
    lines.push(`  custom fields ${dryRun ? "to define" : "defined"}: ${defined.join(", ")}`);
  }
  for (const line of catenaX ? catenaXLines(catenaX) : []) lines.push(`  ${line}`);
  if (installations && !dryRun) lines.push(...installations.lines().map((line) => `  ${line}`));
  for (const line of summary.refusalLines()) lines.push(`  ${line}`);
  lines.push(`  ${usageLine(told.usage)}`);
  for (const line of lines) write(printable(line));
}

function verdictLines({ summary, purpose, dryRun, failure }: ImportResult): string[] {
  const identities = summary.identityLine();
  return [
    ...(purpose === "record" ? [`  ${summary.recordLine()}`] : []),
    ...(identities ? [`  ${identities}`] : []),
    ...(summary.nothingIsNew && !dryRun && failure === null
      ? ["  nothing is new: all of it was recorded before, and stays as it is"]
      : []),
    ...lostSecrets(summary),
  ];
}

function lostSecrets({ secretsLost }: Summary): string[] {
  if (secretsLost === 0) return [];
  return [
    `  ${plural(secretsLost, "device")} provisioned in an answer that was lost:`,
    "  their init keys or claim codes are not known to anybody",
  ];
}

function usageLine({ seconds, rowsPerSecond, peakMemoryBytes }: Usage): string {
  const memory = count(Math.ceil(peakMemoryBytes / 1_048_576));
  return `${seconds.toFixed(1)} s, ${count(rowsPerSecond)} rows/s, at most ${memory} MiB of memory`;
}

function stopped({ failure, summary }: ImportResult): CliError {
  const cause =
    failure instanceof CliError
      ? failure
      : new CliError("INTERNAL", failure instanceof Error ? failure.message : String(failure));
  const again = "Run the same command again: it goes on where it was, and nothing counts twice.";
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
