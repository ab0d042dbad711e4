import { access, writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { EXPORT_FORMATS, type ExportFormat } from "../../shared/export/export-format.ts";
import { CliError } from "../cli-error.ts";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { download } from "../export/download.ts";
import { EXPORTED, exportQuestion } from "../export/export-question.ts";
import { type Manifest, manifestPath } from "../export/manifest.ts";
import { PartialFile } from "../export/partial.ts";
import { verifyExport } from "../export/verify-export.ts";
import { readTime } from "../option-values.ts";
import { note, plural, print, printable, printJson } from "../output.ts";
import { Progress } from "../progress.ts";
import { readCriteria } from "../recall/criteria-options.ts";

const DESCRIPTION = `Writes rows as of one moment into a file, with a manifest beside it that the file can be checked
by. The file has its name only once it is whole: a cut connection is made up for, and --resume
goes on with what is left.

Examples:
  tracegraph export devices --format parquet -o devices.parquet
  tracegraph export group --field lotCode --value T2505-0021 --ever -o lot.csv
  tracegraph export scope --criteria recall.json --columns serialNumber,lotCode
  tracegraph export recall UmVjYWxsOjE --format xlsx
  tracegraph export revisions --serial SN-000042 --proofs --format ndjson
  tracegraph export verify devices.parquet`;

const VERIFY_DESCRIPTION = `Checks a file against its manifest: its size, its hash, and its rows.

Examples:
  tracegraph export verify devices.parquet
  tracegraph verify devices.csv             its rows against their proofs, too`;

interface ExportOptions extends ConnectionOptions {
  format: ExportFormat;
  columns?: string;
  proofs?: boolean;
  serial?: string;
  output?: string;
  field?: string;
  value?: string;
  ever?: boolean;
  criteria?: string;
  knownAt?: string;
  keepFormulas?: boolean;
  resume?: boolean;
  progress?: boolean;
}

export function exportCommand(): Command {
  const formats = new Option("--format <format>", "the format of the file");
  const command = new Command("export")
    .description(DESCRIPTION)
    .argument("<what>", EXPORTED.join(", "))
    .argument("[id]", "of a recall")
    .addOption(formats.choices(EXPORT_FORMATS).default("csv"))
    .option("--columns <names>", "a comma between each: serialNumber,lotCode")
    .option("--proofs", "with each row its proof, for `tracegraph verify`; csv and ndjson")
    .option("--serial <serial number>", "of revisions: the device whose they are")
    .option("-o, --output <file>", "where to; <what>.<format> unless given")
    .option("--field <field>", "of a group: the field that its devices share")
    .option("--value <value>", "of a group: the value that they share")
    .option("--ever", "of a group: those too that have left it since")
    .option("--criteria <file|json>", "of a scope: a JSON file, - for input, or JSON itself")
    .option("--known-at <time>", "of a scope: as it was known then", readTime)
    .option("--keep-formulas", "leave values of CSV that look like formulas as they are")
    .option("--resume", "go on with what an earlier run has left")
    .option("--progress", "draw the progress bar also where standard error is no terminal");
  return withConnection(command).action(writeExport).addCommand(verifyCommand());
}

async function writeExport(what: string, id: string | undefined, options: ExportOptions) {
  const { format, output, criteria, resume = false, json } = options;
  const file = output ?? `${what}.${format}`;
  const given = criteria === undefined ? {} : { criteria: await readCriteria(criteria) };
  const question = exportQuestion({ ...options, ...given, what, id });
  await assertFree(file, resume);
  // Whoever works for a development issuer may have every column that anybody may.
  const { gateway } = await connect(options, ["admin"]);
  const progress = Progress.forTerminal(options.progress);
  const manifest = await download({ gateway, question, file, progress, resumes: resume }).finally(
    () => progress.end(),
  );
  await writeFile(manifestPath(file), `${JSON.stringify(manifest, null, 2)}\n`);
  if (json) printJson({ file, ...manifest });
  else tell(file, manifest);
}

/** A file that is there is nobody's to overwrite, and a part of one is gone on with only on demand. */
async function assertFree(file: string, resumes: boolean): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw new CliError("FILE_EXISTS", `${file} is there already`);
  const partial = new PartialFile(file);
  if (resumes || !(await partial.state())) return;
  throw new CliError("FILE_EXISTS", `${partial.path} is a part of an export`, {
    advice: "Go on with it by --resume, or remove it.",
  });
}

function verifyCommand(): Command {
  return new Command("verify")
    .description(VERIFY_DESCRIPTION)
    .argument("<file>")
    .option("--json", "print JSON")
    .action(async (file: string, { json }: { json?: boolean }, command: Command) => {
      const { manifest, rows, sha256, bytes } = await verifyExport(file);
      const asJson = json ?? command.parent?.opts<{ json?: boolean }>().json;
      if (asJson) printJson({ file, isWhole: true, rows: rows ?? manifest.rows, bytes, sha256 });
      else tell(file, manifest);
    });
}

function tell(file: string, { rows, sha256, moment }: Manifest): void {
  print(printable(file));
  note(`${plural(rows, "row")} as of ${moment}, SHA-256 ${sha256}`);
}
