import { Command, InvalidArgumentError } from "commander";
import { type Accesses, type AccessLine, deviceNamed, readAccesses } from "../access/access-log.ts";
import { CliError } from "../cli-error.ts";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { readLimit, readTime } from "../option-values.ts";
import { count, note, plural, print, printable, printJson, table } from "../output.ts";
import { withoutGateway } from "../start-failure.ts";

const DESCRIPTION = `Says who has seen a device: every request that read or wrote it, the newest first (role
compliance). An answer of more than 100 devices is kept by count and hash only; it says how many
of those there were, for any of them may have had the device. Asking leaves a line too.

Examples:
  tracegraph access --device SN-000042
  tracegraph access --device SN-000042 --from 2026-01-01 --to 2026-02-01T12:00:00Z --json
  tracegraph access drop --before 2025-01              what is older than the law asks for`;
const DROP = `Drops what the access log holds of the months before this one, of every tenant. It works on the
database itself, as the owner of its tables: no role of the gateway can do it.

Example:
  tracegraph access drop --before 2025-01`;

interface AccessOptions extends ConnectionOptions {
  device?: string;
  from?: string;
  to?: string;
  limit: number;
}

export function accessCommand(): Command {
  const command = new Command("access")
    .description(DESCRIPTION)
    .option("--device <id>", "a connhexId, or else a serial number")
    .option("--from <time>", "recorded then or later", readTime)
    .option("--to <time>", "recorded before then", readTime)
    .option("--limit <number>", "the most lines that are told", readLimit, 100);
  return withConnection(command).action(showAccesses).addCommand(dropCommand());
}

async function showAccesses(options: AccessOptions): Promise<void> {
  const { device: identifier, from = null, to = null, limit } = options;
  if (!identifier) throw new CliError("USAGE", "name the device: --device <id>");
  const { gateway } = await connect(options, ["compliance"]);
  const device = await deviceNamed(gateway, identifier);
  const names = device ? [device.connhexId, device.serialNumber] : [identifier];
  const question = { device: names.filter((name) => name !== null), from, to };
  const accesses = await readAccesses(gateway, question, limit);
  if (options.json) return printJson({ device, from, to, ...accesses });
  if (accesses.lines.length > 0) print(table(HEADER, accesses.lines.map(cellsOf)));
  if (!device) {
    note(
      printable(`note: no device has the identifier ${identifier}; asked for the text as it is`),
    );
  }
  for (const line of summaryOf(accesses)) note(line);
}

const HEADER = ["recorded (UTC)", "who", "as", "client", "asked", "devices", "outcome", "request"];

function cellsOf(line: AccessLine): string[] {
  return [
    line.at.slice(0, 19).replace("T", " "),
    line.subject,
    line.roles.join(", "),
    line.client ?? "–",
    line.operationName ?? line.documentId ?? line.operationType ?? "–",
    count(line.deviceCount),
    line.outcomes.length > 0 ? line.outcomes.join(", ") : String(line.status),
    line.requestId,
  ];
}

/** What the list is, and what it cannot be. */
function summaryOf({ lines, totalCount, largerAnswers }: Accesses): string[] {
  const left = totalCount - lines.length;
  const older = left > 0 ? `; ${count(left)} more: --limit` : "";
  const total = `${plural(totalCount, "request")} named the device${older}`;
  if (largerAnswers === 0) return [total];
  return [
    total,
    `${plural(largerAnswers, "larger answer")} in that time, of more than 100 devices each, may have had it too: of those only count and hash are kept`,
  ];
}

function dropCommand(): Command {
  return new Command("drop")
    .summary("drops old months of the access log")
    .description(DROP)
    .requiredOption("--before <month>", "the first month to keep, like 2025-01", readMonth)
    .option("--json", "print JSON")
    .action(async (_: object, command: Command) => {
      const { before, json } = command.optsWithGlobals<{ before: string; json?: boolean }>();
      const { runDropMonths } = await import("../../start/administration.ts");
      const dropped = await withoutGateway(() =>
        runDropMonths({ environment: process.env, notice: note, before }),
      );
      if (json) return printJson({ before, dropped });
      for (const { month, bytes } of dropped) print(`${month}  ${count(bytes)} bytes`);
      note(`${plural(dropped.length, "month")} dropped`);
    });
}

/** The present month is never dropped. */
function readMonth(text: string): string {
  const present = new Date().toISOString().slice(0, 7);
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text) && text <= present) return text;
  throw new InvalidArgumentError(`Give a month up to ${present}, like 2025-01.`);
}
