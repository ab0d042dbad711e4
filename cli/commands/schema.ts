import { readFile, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { print } from "../output.ts";
import { schemaCheckCommand } from "../schema/schema-check-command.ts";

const DESCRIPTION = `Works on the schemas that are checked in: each subgraph's, the supergraph, and what clients
may ask; and says what a change of them does to published documents.

Examples:
  tracegraph schema print            writes the files anew
  tracegraph schema print --check    writes nothing; exit code 1 when a file is stale
  tracegraph schema check new-supergraph.graphql    which published documents a change breaks`;

const PRINT_DESCRIPTION = `Writes the checked-in schemas anew, as the code makes them now.

Examples:
  tracegraph schema print
  tracegraph schema print --check    writes nothing; exit code 1 when a file is stale`;

export function schemaCommand(): Command {
  const command = new Command("schema").description(DESCRIPTION);
  command
    .command("print")
    .summary("writes the checked-in schemas anew, or says which are stale")
    .description(PRINT_DESCRIPTION)
    .option("--check", "compare instead of writing")
    .action(printSchemas);
  command.addCommand(schemaCheckCommand());
  return command;
}

async function printSchemas({ check }: { check?: boolean }): Promise<void> {
  const { printedSchemas } = await import("../../gateway/schema-files.ts");
  const stale: string[] = [];
  for (const { path, text } of await printedSchemas()) {
    const current = await readFile(path, "utf8").catch(() => null);
    if (current === text) continue;
    stale.push(path);
    if (!check) await writeFile(path, text);
  }
  if (check && stale.length > 0) {
    throw new CliError("STALE_SCHEMA", `${stale.join(", ")} no longer say what the code does`);
  }
  print(stale.length === 0 ? "all schemas are up to date" : `written: ${stale.join(", ")}`);
}
