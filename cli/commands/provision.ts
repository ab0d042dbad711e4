import { Command, Option } from "commander";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import type { Format } from "../import/guess-format.ts";
import { runFile } from "../import/run-file.ts";

const DESCRIPTION = `Gives recorded devices their cloud identities (role line). A device that is not recorded, is
quarantined or is scrapped is refused. Init keys and claim codes that are made are told once: into
--secrets, or on standard output as CSV.

Examples:
  tracegraph provision --secrets keys.csv serials.csv
  tracegraph provision identities.json

Columns: serial_number; if known, connhex_id and init_key; name, model, protected (true, false).`;
const TABLE_FORMATS = ["connhex-csv", "csv", "json", "ndjson"] as const;

interface ProvisionOptions extends ConnectionOptions {
  format?: Format;
  dryRun?: boolean;
  report?: string;
  secrets?: string;
  progress?: boolean;
}

export function provisionCommand(): Command {
  const format = new Option("--format <format>", "guessed where it is not given");
  const command = new Command("provision")
    .description(DESCRIPTION)
    .argument("<file>", "the file, or - for standard input")
    .addOption(format.choices(TABLE_FORMATS))
    .option("--dry-run", "check the file as far as it can be told here, and change nothing")
    .option("--report <file>", "write the refused rows to a new CSV file, with the reasons")
    .option(
      "--secrets <file>",
      "write init keys and claim codes that are made to a new file (0600)",
    )
    .option("--progress", "draw the progress bar also where standard error is no terminal");
  return withConnection(command).action((path: string, options: ProvisionOptions) =>
    runFile(path, { ...options, purpose: "provision", defineFields: false, batchSize: 1_000 }, () =>
      connect(options, ["line"]),
    ),
  );
}
