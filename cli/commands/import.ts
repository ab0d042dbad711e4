import { Command, InvalidArgumentError, Option } from "commander";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { FORMATS, type Format } from "../import/guess-format.ts";
import { runFile } from "../import/run-file.ts";

const DESCRIPTION = `Records the devices of a file, and provisions them where the file says so. Good rows are recorded
although others are refused; each refused row is told with its line, field, code and reason.
Importing a file again changes nothing: what is recorded stays unchanged.

Examples:
  tracegraph import devices.csv
  tracegraph import --dry-run devices.csv                 check a file, write nothing
  tracegraph import --report refused.csv devices.csv      then mend refused.csv and import that
  tracegraph import --format catena-x as-built.json       parts become devices, batches lots
  zcat devices.ndjson.gz | tracegraph import -

Columns are the fields of a device in any spelling (serial_number, "Lot Code", fwVersion), those
of Connhex files (manufacturing.*, provision.*, connectable.*, tenant), connhex_id, and custom
fields by name or as attributes.<name>. A file with any other column is refused before its first
row.`;

interface ImportOptions extends ConnectionOptions {
  format?: Format;
  dryRun?: boolean;
  defineFields?: boolean;
  report?: string;
  secrets?: string;
  batchSize: number;
  progress?: boolean;
}

export function importCommand(): Command {
  const format = new Option("--format <format>", "guessed where it is not given");
  const command = new Command("import")
    .description(DESCRIPTION)
    .argument("<file>", "the file, or - for standard input")
    .addOption(format.choices(FORMATS))
    .option("--dry-run", "check the file as far as it can be told here, and write nothing")
    .option("--define-fields", "define unknown columns as custom fields of type TEXT")
    .option("--report <file>", "write the refused rows to a new CSV file, with the reasons")
    .option(
      "--secrets <file>",
      "write init keys and claim codes that are made to a new file (0600)",
    )
    .option("--batch-size <rows>", "rows sent at once, 1 to 1000", readBatchSize, 1_000)
    .option("--progress", "draw the progress bar also where standard error is no terminal");
  return withConnection(command).action((path: string, options: ImportOptions) =>
    runFile(
      path,
      { ...options, purpose: "record", defineFields: options.defineFields === true },
      // Recording is the line's work; defining custom fields is engineering's.
      (needsToDefine) => connect(options, [needsToDefine ? "engineering" : "line"]),
    ),
  );
}

function readBatchSize(text: string): number {
  const size = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (size >= 1 && size <= 1_000) return size;
  throw new InvalidArgumentError("A batch has 1 to 1000 rows.");
}
