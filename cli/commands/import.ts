import { Command, InvalidArgumentError, Option } from "commander";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { explainFile } from "../import/explain-file.ts";
import { FORMATS } from "../import/guess-format.ts";
import { type RunOptions, runFile } from "../import/run-file.ts";
import { USUAL_PATIENCE_SECONDS } from "../import/send.ts";

const DESCRIPTION = `Records the devices of a file, and provisions them where the file says so. Good rows are recorded
although others are refused; each refused row is told with its line, field, code and reason.
Importing a file again changes nothing: what is recorded stays unchanged. An import that was
interrupted goes on where it was when the same command is run again.

Examples:
  tracegraph import devices.csv
  tracegraph import --dry-run devices.xlsx                the gateway's verdicts; writes nothing
  tracegraph import --report refused.csv devices.csv      then mend refused.csv and import that
  tracegraph import --mapping erp.json export.xlsx        columns of others, as a mapping says
  tracegraph import --mapping erp.json --explain export.xlsx
  tracegraph import --format catena-x as-built.json       parts become devices, batches lots
  zcat devices.ndjson.gz | tracegraph import -

Columns are the fields of a device in any spelling (serial_number, "Lot Code", fwVersion), those
of Connhex files (manufacturing.*, provision.*, connectable.*, tenant), connhex_id, and custom
fields by name or as attributes.<name>. A file with any other column is refused before its first
row. docs/imports.md says what a mapping may hold.`;

const MOST_PATIENCE_SECONDS = 86_400;

type ImportOptions = ConnectionOptions & Omit<RunOptions, "purpose"> & { explain?: boolean };

export function importCommand(): Command {
  const format = new Option("--format <format>", "guessed where it is not given");
  const command = new Command("import")
    .description(DESCRIPTION)
    .argument("<file>", "the file, or - for standard input")
    .addOption(format.choices(FORMATS))
    .option("--mapping <file>", "a JSON file that says what the columns mean")
    .option("--explain", "show what the columns of the first rows become, and send nothing")
    .option("--define-fields", "define unknown columns as custom fields of type TEXT")
    .option("--batch-size <rows>", "rows sent at once, 1 to 1000", readBatchSize, 1_000);
  return withConnection(withFileOptions(command)).action((path: string, options: ImportOptions) => {
    const { explain = false, ...rest } = options;
    const all = { ...rest, purpose: "record", defineFields: rest.defineFields === true } as const;
    // Recording is the line's work; defining custom fields is engineering's.
    const connectAs = (needsToDefine: boolean) =>
      connect(options, [needsToDefine ? "engineering" : "line"]);
    return explain ? explainFile(path, all, connectAs) : runFile(path, all, connectAs);
  });
}

/** Options of every command that sends a file row by row and can be interrupted. */
export function withFileOptions(command: Command): Command {
  return command
    .option("--sheet <name>", "a workbook's sheet; the first one that can be seen if not given")
    .option("--time-zone <zone>", "of times without an offset, as Europe/Rome or +01:00")
    .option("--dry-run", "tell the gateway's verdicts, and write nothing")
    .option("--report <file>", "write the refused rows to a new CSV file, with the reasons")
    .option(
      "--secrets <file>",
      "write init keys and claim codes that are made to a new file (0600)",
    )
    .option(
      "--state <file>",
      "remember here how far the import came; <file>.tracegraph-import.json",
    )
    .option(
      "--patience <seconds>",
      "how long to wait for a gateway that is away",
      readPatience,
      USUAL_PATIENCE_SECONDS,
    )
    .option("--restart", "begin anew where an import was interrupted")
    .option("--progress", "draw the progress bar also where standard error is no terminal");
}

function readPatience(text: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= MOST_PATIENCE_SECONDS) return seconds;
  throw new InvalidArgumentError(`Give a number of seconds from 0 to ${MOST_PATIENCE_SECONDS}.`);
}

function readBatchSize(text: string): number {
  const size = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (size >= 1 && size <= 1_000) return size;
  throw new InvalidArgumentError("A batch has 1 to 1000 rows.");
}
