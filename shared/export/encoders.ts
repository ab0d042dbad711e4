import { encodeArrow } from "./arrow.ts";
import { encodeCsv } from "./csv.ts";
import type { ExportFormat } from "./export-format.ts";
import type { Encoder } from "./file-facts.ts";
import { encodeNdjson } from "./ndjson.ts";
import { encodeParquet } from "./parquet/parquet.ts";
import { encodeXlsx } from "./xlsx/xlsx.ts";

/** The encoder of each format. */
export const ENCODERS: Readonly<Record<ExportFormat, Encoder>> = {
  csv: encodeCsv,
  ndjson: encodeNdjson,
  arrow: encodeArrow,
  parquet: encodeParquet,
  xlsx: encodeXlsx,
};
