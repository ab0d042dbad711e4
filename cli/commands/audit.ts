import { Command, Option } from "commander";
import { parsePolicy } from "../../shared/ledger/policy.ts";
import { LedgerFormatError } from "../../shared/ledger/strict-text.ts";
import type { AuditDeviation } from "../../shared/ledger-audit/findings.ts";
import type { AuditReport } from "../../start/run-audit.ts";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { readDuration, readLimit } from "../option-values.ts";
import { count, note, plural, print, printJson, table } from "../output.ts";
import { readUtf8 } from "../read-text.ts";
import { withoutGateway } from "../start-failure.ts";

const DESCRIPTION = `Walks over the logs of all services and over every row that is entered in them: every entry is
there, every row is what its entry says, no row is without an entry and no entry without a row;
the trees, the signatures and the cosignatures are right, and the witnesses have seen the same.
Beside that it compares what is read of devices and owners with those rows. It reads the databases
themselves and changes nothing; the system may run meanwhile. Exit code 1 when anything deviates.
The keys that it believes are those of --trust, or else of the data folder or the environment;
it must not run with keys that came from the databases.

Examples:
  tracegraph audit
  tracegraph audit --service manufacturing --trust factory.policy --json
  tracegraph audit --every 6h`;

const SERVICES = ["manufacturing", "ownership", "gateway"] as const;

interface CommandOptions {
  service?: (typeof SERVICES)[number];
  trust?: string;
  limit: number;
  logsOnly?: boolean;
  every?: number;
  untilInputEnds?: boolean;
  json?: boolean;
}

export function auditCommand(): Command {
  return new Command("audit")
    .description(DESCRIPTION)
    .addOption(new Option("--service <service>", "of one service alone").choices(SERVICES))
    .option("--trust <policy>", "the file that says which keys of logs and witnesses are believed")
    .option("--limit <number>", "the most deviations of one code that are told", readLimit, 1_000)
    .option("--logs-only", "leave out what is made of the rows")
    .option("--every <duration>", "again and again, like 30m, 6h or 1d", readDuration)
    .addOption(new Option("--until-input-ends", "end with the standard input").hideHelp())
    .option("--json", "print JSON")
    .action(audit);
}

async function audit(options: CommandOptions): Promise<void> {
  const { runAudit, auditEvery } = await import("../../start/run-audit.ts");
  const { service, limit, json } = options;
  const parts = {
    ...{ environment: process.env, notice: note, limit, logsOnly: options.logsOnly ?? false },
    services: service ? [service] : SERVICES,
    policyText: options.trust ? await readTrusted(options.trust) : null,
  };
  if (options.every !== undefined) {
    const onReport = (report: AuditReport) => print(JSON.stringify(report));
    const until = untilStopped(options.untilInputEnds ?? false);
    const everyMs = options.every;
    return withoutGateway(() => auditEvery({ ...parts, everyMs, until, onReport }));
  }
  const found: AuditDeviation[] = [];
  const report = await withoutGateway(() =>
    runAudit({ ...parts, onDeviation: (deviation) => found.push(deviation) }),
  );
  if (report.deviations > 0) process.exitCode = EXIT.REFUSED;
  if (json) return printJson({ ...report, found });
  tell(report, found);
}

async function readTrusted(path: string): Promise<string> {
  const text = await readUtf8(path);
  try {
    parsePolicy(text);
    return text;
  } catch (error) {
    if (!(error instanceof LedgerFormatError)) throw error;
    const advice = "Give the file that `tracegraph ledger keys` prints.";
    throw new CliError("USAGE", `${path} is no policy: ${error.message}`, { advice });
  }
}

function tell(report: AuditReport, found: readonly AuditDeviation[]): void {
  if (found.length > 0) {
    const rows = found.map(({ service, code, device, revision, entry, index, detail }) => [
      ...[service, code, device ?? "", revision === null ? "" : String(revision)],
      ...[entry ?? "", index === null ? "" : String(index), detail],
    ]);
    const heads = ["service", "code", "device", "revision", "entry", "index", "detail"];
    print(table(heads, rows));
  }
  for (const one of report.services) {
    const what = `${count(one.entries)} entries, ${plural(one.rows, "row")}`;
    print(`${one.service}: ${what}, ${plural(one.checkpoints, "checkpoint")}: ${one.verdict}`);
    for (const line of one.notes) note(`${one.service}: ${line}`);
  }
  if (report.deviations > 0) note(plural(report.deviations, "deviation"));
}

/** Ends with a signal, or with the standard input: with the process that started this one. */
function untilStopped(untilInputEnds: boolean): AbortSignal {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  if (untilInputEnds) process.stdin.once("end", stop).resume();
  return stopping.signal;
}
