import { CliError } from "../cli-error.ts";
import type { Connection } from "../connection.ts";
import { print, printable, printJson, table } from "../output.ts";
import { Progress } from "../progress.ts";
import { readJson } from "../read-text.ts";
import { type ExplainedRow, explainRow } from "./explain-row.ts";
import { guessFormat } from "./guess-format.ts";
import { understandColumns } from "./import-table.ts";
import { openInputFile } from "./input-file.ts";
import { readMapping } from "./mapping/mapping.ts";
import { TimeZone } from "./mapping/time-zone.ts";
import { inspectTable, openTable } from "./open-table.ts";
import type { FileRow } from "./row.ts";
import type { RunOptions } from "./run-file.ts";

const ROWS_EXPLAINED = 3;

/** Shows what the first rows of a file become, cell by cell; everything is checked, nothing sent. */
export async function explainFile(
  path: string,
  options: RunOptions,
  connect: (needsToDefine: boolean) => Promise<Connection>,
): Promise<void> {
  const mapping = options.mapping ? readMapping(await readJson(options.mapping)) : null;
  const timeZone = options.timeZone === undefined ? null : TimeZone.named(options.timeZone);
  const file = await openInputFile(path);
  const progress = Progress.forTerminal(options.progress);
  try {
    const format = options.format ?? (await guessFormat(file));
    if (format === "catena-x") throw new CliError("USAGE", "a Catena-X file has no columns");
    const opened = await openTable(file, format, options);
    const first: FileRow[] = [];
    const inspected = await inspectTable(opened, {
      onRow: (row) => first.length < ROWS_EXPLAINED && first.push(row),
      onRead: (fraction) => progress.update(fraction),
    });
    opened.close();
    const { gateway, tenant } = await connect(false);
    const understood = await understandColumns(gateway, inspected, {
      ...{ mapping, timeZone, purpose: options.purpose, dryRun: true },
      defineFields: options.defineFields,
    });
    const context = { ...understood, tenant, timeZone: mapping?.timeZone ?? timeZone };
    progress.end();
    show(
      first.map((row) => explainRow(row, inspected.columns, { ...context, mapping })),
      { rows: inspected.rows, asJson: options.json === true },
    );
  } finally {
    progress.end();
    await file.close();
  }
}

function show(
  explained: readonly ExplainedRow[],
  { rows, asJson }: { rows: number; asJson: boolean },
): void {
  if (asJson) {
    printJson({ rows, explained });
    return;
  }
  for (const { line, cells, refusal } of explained) {
    print(`line ${line}`);
    const header = ["column", "holds", "field", "becomes"];
    const told = cells.map(({ column, holds, field, becomes }) => [
      column ?? "(constant)",
      holds,
      field ?? "(ignored)",
      becomes,
    ]);
    print(indented(table(header, told)));
    if (refusal) print(printable(`  refused: ${refusal.reason} [${refusal.code}]`));
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}
