import { CliError } from "../cli-error.ts";
import type { Connection } from "../connection.ts";
import { EXIT } from "../exit-codes.ts";
import { count, note, plural, print, printable, printJson } from "../output.ts";
import { Progress } from "../progress.ts";
import { componentColumns } from "./component-columns.ts";
import { FORMATS, type Format, guessFormat } from "./guess-format.ts";
import { sourceOf } from "./import-file.ts";
import { ImportState } from "./import-state.ts";
import { type InputFile, openInputFile } from "./input-file.ts";
import type { Installation } from "./installation-row.ts";
import { InstallationSummary } from "./installation-summary.ts";
import { judgeInstallation } from "./judge-installation.ts";
import { inspectTable, openTable } from "./open-table.ts";
import { type JudgedRow, sendInBatches } from "./pipeline.ts";
import { CsvFile, reportHeader, reportLine } from "./report.ts";
import { BatchSender, USUAL_PATIENCE_SECONDS } from "./send.ts";
import { NOT_SENT } from "./settled.ts";

/** Tables alone: a Catena-X file brings its installations itself. */
export const COMPONENT_FORMATS = FORMATS.filter((format) => format !== "catena-x");
const BATCHES_IN_FLIGHT = 2;

export interface ImportComponentsOptions {
  format?: Format;
  dryRun?: boolean;
  report?: string;
  batchSize: number;
  json?: boolean;
  progress?: boolean;
}

/** Sends a file of installations, and tells what became of each row. */
export async function importComponents(
  path: string,
  options: ImportComponentsOptions,
  connect: () => Promise<Connection>,
): Promise<void> {
  const file = await openInputFile(path);
  const progress = Progress.forTerminal(options.progress);
  try {
    const format = options.format ?? (await guessFormat(file));
    if (format === "catena-x") {
      throw new CliError("WRONG_FORMAT", "import this file with: tracegraph import", {
        advice: "A Catena-X file brings its devices and installations together.",
      });
    }
    const table = await openTable(file, format);
    const { columns: names } = await inspectTable(table);
    const columns = componentColumns(names);
    const rows = table.rows((fraction) => progress.update(fraction));
    const judged = (async function* (): AsyncGenerator<JudgedRow<Installation>> {
      for await (const row of rows) yield { row, judged: judgeInstallation(row, columns) };
    })();
    const { gateway } = await connect();
    const noteBelow = (text: string) => {
      progress.end();
      note(printable(text));
    };
    const { run: id, seed } = ImportState.unkept();
    const patienceMs = USUAL_PATIENCE_SECONDS * 1_000;
    const run = { id, seed, isDryRun: options.dryRun === true, patienceMs };
    const sender = new BatchSender(gateway, run, (reason, waitMs) =>
      noteBelow(`${reason}; trying again in ${waitMs / 1_000} s`),
    );
    await send(judged, { sender, file, names, progress, options });
  } finally {
    progress.end();
    await file.close();
  }
}

interface Sending {
  sender: BatchSender;
  file: InputFile;
  names: readonly string[];
  progress: Progress;
  options: ImportComponentsOptions;
}

async function send(
  judged: AsyncIterable<JudgedRow<Installation>>,
  { sender, file, names, progress, options }: Sending,
): Promise<void> {
  const summary = new InstallationSummary();
  const report = options.report ? await CsvFile.create(options.report, reportHeader(names)) : null;
  const source = sourceOf(file.name);
  let rows = 0;
  const told = { name: file.name, dryRun: options.dryRun === true, json: options.json === true };
  try {
    await sendInBatches(judged, {
      batchSize: options.batchSize,
      batchesInFlight: BATCHES_IN_FLIGHT,
      send: async (batch, first) => ({
        settled: options.dryRun
          ? batch.map(() => NOT_SENT)
          : await sender.install(
              batch.map((row) => ({ source, ...row })),
              first,
            ),
        failure: null,
      }),
      onBatch: async () => report?.flush(),
      onSettled: (row, settled) => {
        rows += 1;
        progress.rows += 1;
        summary.add(row.line, settled);
        if (settled.refusal) {
          report?.add(reportLine({ row, refusal: settled.refusal }, names));
        }
      },
    });
  } catch (failure) {
    progress.end();
    tell(summary, { ...told, rows, complete: false });
    throw failure;
  } finally {
    await report?.close();
  }
  progress.end();
  tell(summary, { ...told, rows, complete: true });
  process.exitCode = summary.refused > 0 ? EXIT.REFUSED : EXIT.OK;
}

function tell(
  summary: InstallationSummary,
  told: { name: string; rows: number; dryRun: boolean; json: boolean; complete: boolean },
): void {
  const { name, rows, dryRun, json, complete } = told;
  if (json) {
    printJson({ dryRun, complete, rows, ...summary.toJSON() });
    return;
  }
  print(printable(`${name}: ${plural(rows, "row")}`));
  if (dryRun) {
    const [, ...refusals] = summary.lines();
    const fit = count(rows - summary.refused);
    print(`  dry run, nothing written: ${fit} would be sent · ${count(summary.refused)} refused`);
    for (const line of refusals) print(printable(`  ${line}`));
  } else for (const line of summary.lines()) print(printable(`  ${line}`));
}
