import { readFile, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { print } from "../output.ts";

const DESCRIPTION = `Works on the schemas that are checked in: each subgraph's, the supergraph, and what clients
may ask.

Examples:
  tracegraph schema print            writes the files anew
  tracegraph schema print --check    writes nothing; exit code 1 when a file is stale`;

export function schemaCommand(): Command {
  const command = new Command("schema").description(DESCRIPTION);
  command
    .command("print")
    .description(DESCRIPTION)
    .option("--check", "compare instead of writing")
    .action(printSchemas);
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
