import type { DeviceRow } from "./judge-row.ts";
import type { FileRow, Refusal } from "./row.ts";
import { type BatchResult, NOT_SENT, type Settled } from "./settled.ts";

/** The gateway takes 4 MiB at once, and a character may need three bytes. */
const BATCH_CHARACTERS = 1_000_000;

/** A row that is fit to be sent, or refused without asking anybody. */
export interface JudgedRow<Fit extends object = DeviceRow> {
  row: FileRow;
  judged: Fit | Refusal;
}

/** How rows are sent and who hears of it. */
export interface PipelineOptions<Fit extends object> {
  batchSize: number;
  batchesInFlight: number;
  /** Rows at the beginning that were settled before: whole batches, made by the same sizes. */
  settledBefore?: number;
  /** Is called when they are passed. */
  onPassed?(): void;
  /** `batch` is its first row, counted from 0. */
  send(rows: readonly Fit[], batch: number): Promise<BatchResult>;
  /** Hears of every row once, in the order of the file. */
  onSettled(row: FileRow, settled: Settled): void | Promise<void>;
  /** Hears when all rows up to the end of a batch were told; after a failure no more. */
  onBatch?(): Promise<void>;
}

/**
 * Sends rows in batches, a few at a time, holding no more rows than those. After a failure nothing
 * further is sent; what was under way is waited for and told, then the failure is thrown.
 */
export async function sendInBatches<Fit extends object>(
  rows: AsyncIterable<JudgedRow<Fit>> | Iterable<JudgedRow<Fit>>,
  options: PipelineOptions<Fit>,
): Promise<void> {
  const { settledBefore = 0 } = options;
  const underWay: Promise<() => Promise<void>>[] = [];
  let batch: JudgedRow<Fit>[] = [];
  let characters = 0;
  let read = 0;
  try {
    for await (const row of rows) {
      read += 1;
      if (read <= settledBefore) {
        if (read === settledBefore) options.onPassed?.();
        continue;
      }
      batch.push(row);
      characters += charactersOf(row);
      if (batch.length < options.batchSize && characters < BATCH_CHARACTERS) continue;
      underWay.push(start(batch, read - batch.length, options));
      [batch, characters] = [[], 0];
      if (underWay.length >= options.batchesInFlight) await tellFirst(underWay, options);
    }
    if (batch.length > 0) underWay.push(start(batch, read - batch.length, options));
    while (underWay.length > 0) await tellFirst(underWay, options);
  } catch (failure) {
    // The first failure is the one that is told; a second one has the same cause.
    for (const rest of await Promise.allSettled(underWay)) {
      if (rest.status === "fulfilled") await rest.value().catch(() => undefined);
    }
    throw failure;
  }
}

async function tellFirst<Fit extends object>(
  underWay: Promise<() => Promise<void>>[],
  { onBatch }: PipelineOptions<Fit>,
): Promise<void> {
  const tell = await underWay.shift();
  await tell?.();
  await onBatch?.();
}

function charactersOf<Fit extends object>({ judged }: JudgedRow<Fit>): number {
  return "code" in judged ? 0 : JSON.stringify(judged).length;
}

/** Starts a batch. What it resolves to tells its rows: batches are told in order, however they end. */
async function start<Fit extends object>(
  batch: readonly JudgedRow<Fit>[],
  first: number,
  { send, onSettled }: PipelineOptions<Fit>,
): Promise<() => Promise<void>> {
  const fit = batch.flatMap(({ judged }) => ("code" in judged ? [] : [judged]));
  const result = await sendOrFail(fit, (rows) => send(rows, first));
  return async () => {
    let at = 0;
    for (const { row, judged } of batch) {
      if ("code" in judged) await onSettled(row, { ...NOT_SENT, refusal: judged });
      else {
        const settled = result.settled[at];
        at += 1;
        if (settled) await onSettled(row, settled);
      }
    }
    if (result.failure !== null) throw result.failure;
  };
}

async function sendOrFail<Fit extends object>(
  rows: readonly Fit[],
  send: (rows: readonly Fit[]) => Promise<BatchResult>,
): Promise<BatchResult> {
  if (rows.length === 0) return { settled: [], failure: null };
  try {
    return await send(rows);
  } catch (failure) {
    return { settled: [], failure };
  }
}
