/** The formats of exports, as their file names end. */
export const EXPORT_FORMATS = ["csv", "ndjson", "arrow", "parquet", "xlsx"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What the body of an export is, by its format. */
export const CONTENT_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: "text/csv; charset=utf-8; header=present",
  ndjson: "application/x-ndjson; charset=utf-8",
  arrow: "application/vnd.apache.arrow.stream",
  parquet: "application/vnd.apache.parquet",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

export function isExportFormat(word: unknown): word is ExportFormat {
  return (EXPORT_FORMATS as readonly unknown[]).includes(word);
}
