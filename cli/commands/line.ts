import { Command, InvalidArgumentError, Option } from "commander";
import { CliError } from "../cli-error.ts";
import { type ConnectionOptions, withConnection } from "../connection.ts";
import { EXPORT_FORMATS, exportJournal, type JournalExportFormat } from "../line/export-journal.ts";
import { journalPlace } from "../line/journal-place.ts";
import { retryScans } from "../line/retry-scans.ts";
import { runStation } from "../line/run-station.ts";
import {
  type InputOptions,
  type ScanValueOptions,
  scanValuesOf,
  stationOption,
  withInput,
  withScanValues,
} from "../line/scan-options.ts";
import { takeOver, tellStatus } from "../line/station-commands.ts";

const DESCRIPTION = `Records a device for each code that a scanner types on standard input, and shows the verdict. Each
scan is on the disk before it is acknowledged, in the station's journal, and is sent from there:
at once where the gateway can be reached, else as soon as it can. A scan that arrives several
times counts once.

Examples:
  tracegraph line --station eol-3 --phase TESTING --line L3
  tracegraph line --station packing-1 --phase PACKAGING --pallet-id P-77 --pattern "SN\\d{8}"
  tester | tracegraph line --station eol-3 --phase TESTING --format ndjson
  tracegraph line status --station eol-3
  tracegraph line retry --station eol-3
  tracegraph line export --station eol-3 > scans.csv`;

interface JournalOptions extends ConnectionOptions {
  station: string;
  journal?: string;
}
interface RunOptions extends Omit<JournalOptions, "station">, InputOptions, ScanValueOptions {
  /** Required; commander would ask for it before each command below this one, too. */
  station?: string;
  linger: number;
}
interface RetryOptions extends JournalOptions, ScanValueOptions {
  linger: number;
}

export function lineCommand(): Command {
  const command = withJournal(
    new Command("line").description(DESCRIPTION),
    stationOption("required"),
  );
  // `line status --station eol-3` names the station of the status, not of the line.
  command.enablePositionalOptions();
  withConnection(withInput(withScanValues(command)).addOption(lingerOption()));
  return command
    .action(run)
    .addCommand(statusCommand())
    .addCommand(retryCommand())
    .addCommand(exportCommand())
    .addCommand(takeOverCommand());
}

function withJournal(command: Command, station = stationOption().makeOptionMandatory()): Command {
  return command
    .addOption(station)
    .option("--journal <file>", "the journal (~/.tracegraph/stations/<station>.journal)");
}

function lingerOption(): Option {
  const text = "how long to go on sending once the input has ended";
  return new Option("--linger <seconds>", text)
    .argParser((given: string) => {
      if (/^\d{1,6}$/.test(given)) return Number(given);
      throw new InvalidArgumentError("Give a number of seconds.");
    })
    .default(10);
}

function statusCommand(): Command {
  const command = new Command("status")
    .summary("how far a station's journal has come, here and at the gateway")
    .description(
      "Says how far a station's journal has come, here and at the gateway.\n\nExample:\n  tracegraph line status --station eol-3",
    );
  return withConnection(withJournal(command)).action((options: JournalOptions) =>
    tellStatus({ ...options, journal: placeOf(options) }),
  );
}

function retryCommand(): Command {
  const command = new Command("retry")
    .summary("makes refused scans again, as new scans that name the old ones")
    .description(
      `Makes refused scans again, as new scans that name the old ones and have their time. What is given
here goes before what they said. The station itself must not run meanwhile.

Examples:
  tracegraph line retry --station eol-3
  tracegraph line retry --station eol-3 17 21 --lot-code L-2025-118`,
    )
    .argument(
      "[numbers...]",
      "the refused scans; all that nobody has made again, if none is given",
    );
  return withConnection(withScanValues(withJournal(command)).addOption(lingerOption())).action(
    async (numbers: string[], options: RetryOptions) => {
      const { signal } = untilStopped();
      process.exitCode = await retryScans(
        { ...options, journal: placeOf(options), lingerMs: options.linger * 1_000 },
        { numbers: numbers.map(readNumber), values: scanValuesOf(options) },
        signal,
      );
    },
  );
}

function exportCommand(): Command {
  const format = new Option("--format <format>", "what is written").choices(EXPORT_FORMATS);
  const command = new Command("export")
    .summary("writes the scans of a journal with their verdicts")
    .description(
      `Writes the scans of a journal with their verdicts. It is read as it is, also while its
station runs. What it writes can be scanned again at another station, each scan with its time.

Examples:
  tracegraph line export --station eol-3 > scans.csv
  tracegraph line export --station eol-3 --pending --format ndjson --journal old.journal`,
    )
    .option("--pending", "only scans that nobody has judged yet")
    .option("--refused", "only refused scans")
    .addOption(format.default("csv"))
    .addOption(new Option("--json", "as --format ndjson").implies({ format: "ndjson" }));
  type Options = JournalOptions & {
    format: JournalExportFormat;
    pending?: boolean;
    refused?: boolean;
  };
  return withJournal(command).action((options: Options) =>
    exportJournal(placeOf(options), {
      format: options.format,
      isWanted: (verdict) => {
        if (options.pending && verdict !== null) return false;
        return !options.refused || verdict?.outcome === "REFUSED";
      },
    }),
  );
}

function takeOverCommand(): Command {
  const command = new Command("take-over")
    .summary("gives a station's name to a new journal, on another machine or disk")
    .description(
      `Gives a station's name to a new journal: its machine or disk was replaced. What the former journal
still holds is refused from then on; export it first where it can be read.

Example:
  tracegraph line take-over --station eol-3 --reason "new computer"`,
    )
    .requiredOption("--reason <text>", "why; kept at the gateway");
  return withConnection(withJournal(command)).action(
    (options: JournalOptions & { reason: string }) =>
      takeOver({ ...options, journal: placeOf(options) }),
  );
}

async function run({ station, ...options }: RunOptions): Promise<void> {
  if (station === undefined) throw new CliError("USAGE", "name the station with --station");
  const { signal } = untilStopped();
  process.exitCode = await runStation(
    {
      ...options,
      station,
      journal: options.journal ?? journalPlace(station),
      lingerMs: options.linger * 1_000,
      pattern: new RegExp(options.pattern, "u"),
      ofEach: scanValuesOf(options),
    },
    signal,
  );
}

function placeOf({ journal, station }: JournalOptions): string {
  return journal ?? journalPlace(station);
}

function readNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`A scan has a number from 1, not ${text}.`);
}

/** Ctrl-C ends a station in order: what it has acknowledged is in its journal. */
function untilStopped(): AbortController {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  return stop;
}
