import { Command } from "commander";
import { DEVELOPMENT_TENANT } from "../development-token.ts";
import { EXIT } from "../exit-codes.ts";
import { readLimit, readTenant } from "../option-values.ts";
import { note, plural, print, printJson, table } from "../output.ts";
import { withoutGateway } from "../start-failure.ts";

const DESCRIPTION = `Checks that the record agrees with itself: every device equals its last revision, revisions
have no gap, groups and identifiers equal the revisions, and the same for identities and
ownerships. It reads the databases themselves and changes nothing. Exit code 1 when anything
deviates.

Examples:
  tracegraph check
  tracegraph check --tenant acme --json`;

interface CheckOptions {
  tenant: string;
  limit: number;
  json?: boolean;
}

export function checkCommand(): Command {
  return new Command("check")
    .description(DESCRIPTION)
    .option("--tenant <tenant>", "whose record", readTenant, DEVELOPMENT_TENANT)
    .option("--limit <number>", "the most deviations of one kind that are told", readLimit, 100)
    .option("--json", "print JSON")
    .action(check);
}

async function check({ tenant, limit, json }: CheckOptions): Promise<void> {
  const { runCheck } = await import("../../start/administration.ts");
  const deviations = await withoutGateway(() =>
    runCheck({ environment: process.env, notice: note, tenant, limit }),
  );
  if (deviations.length > 0) process.exitCode = EXIT.REFUSED;
  if (json) return printJson({ tenant, deviations });
  if (deviations.length === 0) return print(`tenant ${tenant}: everything agrees`);
  const rows = deviations.map(({ service, kind, device, revision, detail }) => [
    service,
    kind,
    device ?? "",
    revision === null ? "" : String(revision),
    detail,
  ]);
  print(table(["service", "kind", "device", "revision", "detail"], rows));
  note(`tenant ${tenant}: ${plural(deviations.length, "deviation")}`);
}
