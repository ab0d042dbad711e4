import { once } from "node:events";
import { TEXT_FIELDS } from "../import/columns.ts";
import { csvLine } from "../output.ts";
import type { JournalVerdict } from "./journal-record.ts";
import { type JudgedScan, judgedScans } from "./judged-scans.ts";
import { openJournalFile } from "./open-journal-file.ts";
import { EXPORTED_BESIDE } from "./scan-fields.ts";

export const EXPORT_FORMATS = ["csv", "ndjson"] as const;
export type JournalExportFormat = (typeof EXPORT_FORMATS)[number];

const RECORDED = [...TEXT_FIELDS.filter((field) => field !== "source"), "phase", "disposition"];
const COLUMNS = ["sequence", "scannedAt", ...RECORDED, "producedAt", "attributes"];
const BESIDE = EXPORTED_BESIDE.filter((column) => column !== "sequence");

/** Writes the wanted scans of a journal to standard output, in constant memory. */
export async function exportJournal(
  path: string,
  options: {
    format: JournalExportFormat;
    isWanted: (verdict: JournalVerdict | null) => boolean;
  },
): Promise<void> {
  const { format, isWanted } = options;
  const journal = await openJournalFile(path);
  try {
    if (format === "csv") await write(csvLine([...COLUMNS, ...BESIDE]));
    for await (const scan of judgedScans(() => journal.records())) {
      if (!isWanted(scan.verdict)) continue;
      const row = rowOf(scan);
      await write(format === "csv" ? csvLine(cellsOf(row)) : JSON.stringify(row));
    }
  } finally {
    await journal.close();
  }
}

function rowOf({ scan, verdict }: JudgedScan): Record<string, unknown> {
  const { kind: _, record, ...about } = scan;
  const { kind: __, sequence: ___, field: ____, ...said } = verdict ?? {};
  return { ...about, ...record, ...said };
}

function cellsOf(row: Record<string, unknown>): (string | null)[] {
  return [...COLUMNS, ...BESIDE].map((column) => {
    const value = row[column] ?? null;
    return typeof value === "object" ? value && JSON.stringify(value) : String(value);
  });
}

async function write(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
}
