import { Command, Option } from "commander";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { type RunOptions, runFile } from "../import/run-file.ts";
import { withFileOptions } from "./import.ts";

const DESCRIPTION = `Gives recorded devices their cloud identities (role line). A device that is not recorded, is
quarantined or is scrapped is refused. Init keys and claim codes that are made are told once: into
--secrets, or on standard output as CSV.

Examples:
  tracegraph provision --secrets keys.csv serials.csv
  tracegraph provision identities.json

Columns: serial_number; if known, connhex_id and init_key; name, model, protected (true, false).`;
const TABLE_FORMATS = ["connhex-csv", "csv", "json", "ndjson", "xlsx"] as const;

type ProvisionOptions = ConnectionOptions & Omit<RunOptions, "purpose">;

export function provisionCommand(): Command {
  const format = new Option("--format <format>", "guessed where it is not given");
  const command = new Command("provision")
    .description(DESCRIPTION)
    .argument("<file>", "the file, or - for standard input")
    .addOption(format.choices(TABLE_FORMATS))
    .option("--mapping <file>", "a JSON file that says what the columns mean");
  return withConnection(withFileOptions(command)).action(
    (path: string, options: ProvisionOptions) =>
      runFile(
        path,
        { ...options, purpose: "provision", defineFields: false, batchSize: 1_000 },
        () => connect(options, ["line"]),
      ),
  );
}
