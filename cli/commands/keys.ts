import { Command } from "commander";
import { print, printJson } from "../output.ts";

const DESCRIPTION = `Makes the key pairs with which the services of the split mode vouch to each other. Those that
exist stay as they are. Give each service its own .key and everybody's .pub
(SERVICE_KEYS_DIR).

Examples:
  tracegraph keys ./service-keys`;

export function keysCommand(): Command {
  return new Command("keys")
    .description(DESCRIPTION)
    .argument("<folder>", "where the keys lie")
    .option("--json", "print JSON")
    .action(async (folder: string, { json }: { json?: boolean }) => {
      const { createServiceKeys } = await import("../../shared/graph/service-keys.ts");
      const made = await createServiceKeys(folder);
      if (json) return printJson({ folder, made });
      print(made.length === 0 ? "all keys exist" : `made keys of ${made.join(", ")} in ${folder}`);
    });
}
