import { Command } from "commander";
import { print, printJson } from "../output.ts";

const DESCRIPTION = `Makes the key pairs with which the services of the split mode vouch to each other, and the keys
that sign their logs. Those that exist stay as they are. Give each service its own .key, its own
ledger-….key and everybody's .pub (SERVICE_KEYS_DIR).

Examples:
  tracegraph keys ./service-keys
  tracegraph keys ./service-keys --ledger-name trace.example`;

export function keysCommand(): Command {
  return new Command("keys")
    .description(DESCRIPTION)
    .argument("<folder>", "where the keys lie")
    .option("--ledger-name <name>", "what the names of new logs begin with, like trace.example")
    .option("--json", "print JSON")
    .action(async (folder: string, { ledgerName, json }: KeysOptions) => {
      const { createServiceKeys } = await import("../../shared/graph/service-keys.ts");
      const made = await createServiceKeys(folder, ledgerName ?? null);
      if (json) return printJson({ folder, made });
      print(made.length === 0 ? "all keys exist" : `made keys of ${made.join(", ")} in ${folder}`);
    });
}

interface KeysOptions {
  ledgerName?: string;
  json?: boolean;
}
