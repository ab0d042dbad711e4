import { setImmediate as turn } from "node:timers/promises";
import type { RowGroup, SchemaElement } from "hyparquet";
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { type ColumnValues, columnBatches } from "../column-values.ts";
import type { ExportColumn } from "../export-column.ts";
import type { FileFacts } from "../file-facts.ts";
import type { RowBatch } from "../row-batch.ts";
import { columnMetaData, columnPages, parquetTypeOf } from "./column-chunk.ts";

/** Of one row group, which is held in memory until it is written. */
const LIMITS = { rowsMost: 65_536, textBytesMost: 32 * 1024 * 1024 } as const;
const MAGIC = Buffer.from("PAR1");

/**
 * Apache Parquet, a row group at a time: texts by dictionary where they come again, times in
 * microseconds UTC, pages packed with Snappy. Between pages everybody else gets a turn.
 */
export async function* encodeParquet(
  batches: AsyncIterable<RowBatch>,
  { columns }: FileFacts,
): AsyncGenerator<Uint8Array> {
  const groups: RowGroup[] = [];
  let offset = MAGIC.length;
  yield MAGIC;
  for await (const gathered of columnBatches(batches, columns, LIMITS)) {
    const group: RowGroup = {
      columns: [],
      total_byte_size: 0n,
      num_rows: BigInt(gathered[0]?.rows ?? 0),
    };
    for (const column of gathered) {
      const begin = offset;
      const written = [];
      for (const { bytes, unpackedBytes, isDictionary } of columnPages(column)) {
        offset += bytes.length;
        written.push({ bytes: bytes.length, unpackedBytes, isDictionary });
        yield bytes;
        await turn();
      }
      add(group, column, columnMetaData(column, written, begin));
    }
    groups.push(group);
  }
  yield footer(columns, groups);
}

function add(
  group: RowGroup,
  { name }: ColumnValues,
  meta: ReturnType<typeof columnMetaData>,
): void {
  const begin = meta.dictionary_page_offset ?? meta.data_page_offset;
  group.columns.push({ file_offset: begin, meta_data: meta });
  group.total_byte_size += meta.total_uncompressed_size;
  if (meta.path_in_schema[0] !== name) throw new Error("a column has lost its name");
}

function footer(columns: readonly ExportColumn[], groups: RowGroup[]): Uint8Array {
  const writer = new ByteWriter();
  const rows = groups.reduce((sum, { num_rows }) => sum + num_rows, 0n);
  writeMetadata(writer, {
    version: 2,
    schema: [{ name: "root", num_children: columns.length }, ...columns.map(schemaElementOf)],
    num_rows: rows,
    row_groups: groups,
    created_by: "tracegraph",
    metadata_length: 0,
  });
  writer.appendBytes(MAGIC);
  return writer.getBytes();
}

function schemaElementOf(column: ExportColumn): SchemaElement {
  const { name, type } = column;
  const common = { name, type: parquetTypeOf(column), repetition_type: "OPTIONAL" } as const;
  switch (type) {
    case "text":
      return { ...common, converted_type: "UTF8", logical_type: { type: "STRING" } };
    case "json":
      return { ...common, converted_type: "JSON", logical_type: { type: "JSON" } };
    case "timestamp":
      return {
        ...common,
        converted_type: "TIMESTAMP_MICROS",
        logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
      };
    case "integer":
    case "number":
    case "boolean":
      return common;
  }
}
