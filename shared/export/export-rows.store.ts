import type { Caller } from "../caller.ts";
import { DomainError } from "../domain-error.ts";
import type { SeenDevices } from "../graph/seen-devices.ts";
import type { ExportBody, ExportQuestion, RequestFacts } from "../graph/subgraph-service.ts";
import { log } from "../log.ts";
import { Database, type DatabaseOptions } from "../postgres/database.ts";
import type { Snapshot } from "../postgres/snapshot.ts";
import { ENCODERS } from "./encoders.ts";
import { endingBody } from "./ending-body.ts";
import type { ExportColumn } from "./export-column.ts";
import { CONTENT_TYPES } from "./export-format.ts";
import { ExportPlaces } from "./export-places.ts";
import { EXPORT_LIMITS } from "./limits.ts";
import { type RowBatch, rowBatches } from "./row-batch.ts";
import { CELL_CHARACTERS } from "./xlsx/cells.ts";

/** A column, and the SQL expression of its values; an integer's is a bigint, a JSON value's is text. */
export interface SelectedColumn extends ExportColumn {
  readonly sql: string;
}

/** The rows of an export, as the subgraph that has them says them. */
export interface ExportSource {
  columns: readonly SelectedColumn[];
  /** `FROM … WHERE …`; `$1` is the tenant. */
  from: string;
  /** Makes the same rows the same bytes. */
  orderBy: string;
  parameters: readonly unknown[];
  /** What names the device of a row: SQL expressions, one of which may be NULL. */
  device: { connhexId: string; serialNumber: string };
  isKept: boolean;
  /** Opens what PostgreSQL cannot open: the file has these columns instead of the selected ones. */
  opened?: {
    columns: readonly ExportColumn[];
    open: (batches: AsyncIterable<RowBatch>) => AsyncIterable<RowBatch>;
  };
}

/** Says which rows a caller's question is about. Statements of its own see the same snapshot. */
export type SourceOf = (snapshot: Pick<Snapshot, "sql">) => Promise<ExportSource>;

/** Makes exports of one service's rows, on connections of their own. */
export class ExportRows {
  private readonly database: Database;
  private readonly places = new ExportPlaces();

  constructor(options: Pick<DatabaseOptions, "url" | "role" | "observe">) {
    this.database = new Database({
      ...options,
      poolSize: EXPORT_LIMITS.ofATenant,
      statementTimeoutMs: EXPORT_LIMITS.statementTimeoutMs,
    });
  }

  /** Begins an export: everything of it is read in one snapshot of the database. */
  async begin(
    { tenant }: Caller,
    question: ExportQuestion,
    { requestId, seen, sourceOf }: RequestFacts & { sourceOf: SourceOf },
  ): Promise<ExportBody> {
    const leave = this.places.take(tenant);
    let snapshot: Snapshot | null = null;
    try {
      snapshot = await this.database.snapshot(tenant);
      const moment = await momentOf(snapshot);
      const source = await sourceOf(snapshot);
      const expectedRows = await countOf(snapshot, source);
      if (question.format === "xlsx") await assertFitsCells(snapshot, source);
      if (seen && expectedRows <= EXPORT_LIMITS.devicesByName) await name(snapshot, source, seen);
      const body = bodyOf(snapshot, source, { question, expectedRows, requestId, leave });
      return { ...body, expectedRows, moment, isKept: source.isKept };
    } catch (error) {
      snapshot?.abandon();
      leave();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.database.close();
  }
}

interface BodyFacts {
  question: ExportQuestion;
  expectedRows: number;
  requestId: string;
  leave: () => void;
}

function bodyOf(
  snapshot: Snapshot,
  source: ExportSource,
  { question, expectedRows, requestId, leave }: BodyFacts,
): Pick<ExportBody, "contentType" | "columns" | "body" | "end"> {
  const { what, format, keepsFormulas } = question;
  const columns = (source.opened?.columns ?? source.columns).map(({ name, type }) => ({
    name,
    type,
  }));
  const counted = { rows: 0 };
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const { text, parameters } = selectOf(source);
    const read = rowBatches(snapshot.copy(text, parameters), source.columns.length);
    const batches = source.opened ? source.opened.open(read) : read;
    const facts = { columns, expectedRows, title: what, disarmsFormulas: !keepsFormulas };
    yield* ENCODERS[format](counting(batches, counted), facts);
  }
  const { body, end } = endingBody(pieces(), {
    silenceMs: EXPORT_LIMITS.silenceMs,
    rows: async () => {
      if (counted.rows === expectedRows) return counted.rows;
      throw new Error(`${counted.rows} rows came of ${expectedRows}`);
    },
    over: (isWhole) => {
      leave();
      if (isWhole) void snapshot.end();
      else snapshot.abandon();
    },
  });
  body.on("error", (error) => {
    log("ERROR", "export-failed", { id: requestId, what, reason: error.message });
  });
  return { contentType: CONTENT_TYPES[format], columns, body, end };
}

async function* counting(
  batches: AsyncIterable<RowBatch>,
  counted: { rows: number },
): AsyncGenerator<RowBatch> {
  for await (const batch of batches) {
    counted.rows += batch.rows;
    yield batch;
  }
}

function selectOf({ columns, from, orderBy, parameters }: ExportSource) {
  const list = columns.map(({ sql }) => sql).join(", ");
  return { text: `SELECT ${list} ${from} ORDER BY ${orderBy}`, parameters };
}

/** The transaction's first statement: what is committed from here on is not seen. */
async function momentOf(snapshot: Snapshot): Promise<string> {
  const [row] = await snapshot.rows<{ moment: string }>("SELECT clock_timestamp() AS moment", []);
  if (!row) throw new Error("the database does not say what time it is");
  return row.moment;
}

async function countOf(snapshot: Snapshot, { from, parameters }: ExportSource): Promise<number> {
  const text = `SELECT count(*) AS rows ${from}`;
  const [row] = await snapshot.rows<{ rows: number }>(text, parameters);
  return row?.rows ?? 0;
}

/** Tells the access log which devices the rows are about. */
async function name(snapshot: Snapshot, source: ExportSource, seen: SeenDevices): Promise<void> {
  const { connhexId, serialNumber } = source.device;
  const text = `SELECT DISTINCT ${connhexId} AS "connhexId", ${serialNumber} AS "serialNumber" ${source.from}`;
  type Named = { connhexId: string | null; serialNumber: string | null };
  for (const row of await snapshot.rows<Named>(text, source.parameters)) {
    seen.add([row.connhexId, row.serialNumber]);
  }
}

/** A text that fits no cell would be cut there, or make the file one that Excel mends by guessing. */
async function assertFitsCells(
  snapshot: Snapshot,
  { columns, from, parameters }: ExportSource,
): Promise<void> {
  const long = columns.filter(({ type }) => type === "json");
  if (long.length === 0) return;
  const list = long.map(({ sql }, index) => `max(length(${sql})) AS "${index}"`).join(", ");
  const [row = {}] = await snapshot.rows<Record<string, number | null>>(
    `SELECT ${list} ${from}`,
    parameters,
  );
  for (const [index, { name: column }] of long.entries()) {
    const characters = row[index] ?? 0;
    if (characters <= CELL_CHARACTERS) continue;
    const message = `${column} has up to ${characters} characters, and a cell of a spreadsheet holds ${CELL_CHARACTERS}: leave the column out, or choose another format`;
    throw new DomainError("LIMIT_EXCEEDED", message, { column, most: CELL_CHARACTERS });
  }
}
