import type { DataType, Field, RecordBatchStreamWriter } from "apache-arrow";
import { type ColumnValues, columnBatches } from "./column-values.ts";
import type { ExportColumn, ExportType } from "./export-column.ts";
import type { FileFacts } from "./file-facts.ts";
import type { RowBatch } from "./row-batch.ts";

/** Rows of one record batch; fewer where their texts are long. */
const LIMITS = { rowsMost: 8_192, textBytesMost: 16 * 1024 * 1024 } as const;

type Arrow = typeof import("apache-arrow");

/** A stream of Apache Arrow's IPC format: texts as Utf8, integers as Int64, times in microseconds, UTC. */
export async function* encodeArrow(
  batches: AsyncIterable<RowBatch>,
  { columns }: FileFacts,
): AsyncGenerator<Uint8Array> {
  // Loaded for those who ask for it only.
  const arrow = await import("apache-arrow");
  const schema = new arrow.Schema(columns.map((column) => fieldOf(arrow, column)));
  const writer = pieceWriter(arrow);
  writer.reset(undefined, schema);
  for await (const gathered of columnBatches(batches, columns, LIMITS)) {
    const children = gathered.map((column) => dataOf(arrow, column));
    const length = gathered[0]?.rows ?? 0;
    const data = arrow.makeData({ type: new arrow.Struct(schema.fields), length, children });
    writer.write(new arrow.RecordBatch(schema, data));
    yield writer.take();
  }
  writer.finish();
  yield writer.take();
}

function fieldOf(arrow: Arrow, { name, type }: ExportColumn): Field {
  return new arrow.Field(name, typeOf(arrow, type), true);
}

function typeOf(arrow: Arrow, type: ExportType): DataType {
  switch (type) {
    case "text":
    case "json":
      return new arrow.Utf8();
    case "integer":
      return new arrow.Int64();
    case "number":
      return new arrow.Float64();
    case "timestamp":
      return new arrow.TimestampMicrosecond("UTC");
    case "boolean":
      return new arrow.Bool();
  }
}

/** The library's view of a column; it is copied when it is written. */
function dataOf(arrow: Arrow, column: ColumnValues) {
  const { rows: length, nulls: nullCount, valid, texts, type } = column;
  const common = { length, nullCount, nullBitmap: nullCount > 0 ? valid : null };
  const wide = () => new BigInt64Array(column.halves.buffer, 0, length);
  switch (type) {
    case "text":
    case "json": {
      const data = texts.subarray(0, column.textBytes);
      const valueOffsets = column.offsets.subarray(0, length + 1);
      return arrow.makeData({ ...common, type: new arrow.Utf8(), valueOffsets, data });
    }
    case "integer":
      return arrow.makeData({ ...common, type: new arrow.Int64(), data: wide() });
    case "number": {
      const data = new Float64Array(column.halves.buffer, 0, length);
      return arrow.makeData({ ...common, type: new arrow.Float64(), data });
    }
    case "timestamp": {
      const micros = new arrow.TimestampMicrosecond("UTC");
      return arrow.makeData({ ...common, type: micros, data: wide() });
    }
    case "boolean":
      return arrow.makeData({ ...common, type: new arrow.Bool(), data: column.bits });
  }
}

/** The library's writer without its queue: what it writes is taken away after each batch. */
function pieceWriter(arrow: Arrow): RecordBatchStreamWriter & { take(): Uint8Array } {
  class PieceWriter extends arrow.RecordBatchStreamWriter {
    private pieces: Uint8Array[] = [];

    protected override _write(chunk: ArrayBufferView): this {
      // What is written is a view of columns that are used again.
      const piece = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength).slice();
      if (piece.byteLength > 0) this.pieces.push(piece);
      this._position += piece.byteLength;
      return this;
    }

    take(): Uint8Array {
      const taken = Buffer.concat(this.pieces);
      this.pieces = [];
      return taken;
    }
  }
  return new PieceWriter() as RecordBatchStreamWriter & { take(): Uint8Array };
}
