import { Command } from "commander";
import { note, plural, print, printJson } from "../output.ts";
import { withoutGateway } from "../start-failure.ts";

const DESCRIPTION = `Brings the tables of both subgraphs and of the gateway up to date. It works on the databases
themselves: those of MANUFACTURING_OWNER_DATABASE_URL, OWNERSHIP_OWNER_DATABASE_URL and
GATEWAY_OWNER_DATABASE_URL (or …_DATABASE_URL, all three), or else the embedded one of the data
folder. Repeating it changes nothing.

Examples:
  tracegraph migrate
  MANUFACTURING_DATABASE_URL=… OWNERSHIP_DATABASE_URL=… GATEWAY_DATABASE_URL=… tracegraph migrate`;

export function migrateCommand(): Command {
  return new Command("migrate")
    .description(DESCRIPTION)
    .option("--json", "print JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const { runMigrations } = await import("../../start/administration.ts");
      const ran = await withoutGateway(() =>
        runMigrations({ environment: process.env, notice: note }),
      );
      if (json) return printJson(ran);
      for (const [service, names] of Object.entries(ran)) {
        print(
          `${service}: ${names.length === 0 ? "up to date" : plural(names.length, "migration")}`,
        );
        for (const name of names) print(`  ${name}`);
      }
    });
}
