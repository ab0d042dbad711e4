import type { DeviceRow } from "./judge-row.ts";
import type { FileRow, Refusal } from "./row.ts";
import { type BatchResult, NOT_SENT, type Settled } from "./send.ts";

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
  send(rows: readonly Fit[]): Promise<BatchResult>;
  /** Hears of every row once, in the order of the file. */
  onSettled(row: FileRow, settled: Settled): Promise<void>;
}

/**
 * Sends rows in batches, a few at a time, holding no more rows than those. After a failure nothing
 * further is sent; what was under way is waited for and told, then the failure is thrown.
 */
export async function sendInBatches<Fit extends object>(
  rows: AsyncIterable<JudgedRow<Fit>> | Iterable<JudgedRow<Fit>>,
  options: PipelineOptions<Fit>,
): Promise<void> {
  const underWay: Promise<() => Promise<void>>[] = [];
  let batch: JudgedRow<Fit>[] = [];
  let characters = 0;
  try {
    for await (const row of rows) {
      batch.push(row);
      characters += charactersOf(row);
      if (batch.length < options.batchSize && characters < BATCH_CHARACTERS) continue;
      underWay.push(start(batch, options));
      [batch, characters] = [[], 0];
      if (underWay.length >= options.batchesInFlight) await (await underWay.shift())?.();
    }
    if (batch.length > 0) underWay.push(start(batch, options));
    while (underWay.length > 0) await (await underWay.shift())?.();
  } catch (failure) {
    // The first failure is the one that is told; a second one has the same cause.
    for (const rest of await Promise.allSettled(underWay)) {
      if (rest.status === "fulfilled") await rest.value().catch(() => undefined);
    }
    throw failure;
  }
}

function charactersOf<Fit extends object>({ judged }: JudgedRow<Fit>): number {
  return "code" in judged ? 0 : JSON.stringify(judged).length;
}

/** Starts a batch. What it resolves to tells its rows: batches are told in order, however they end. */
async function start<Fit extends object>(
  batch: readonly JudgedRow<Fit>[],
  { send, onSettled }: PipelineOptions<Fit>,
): Promise<() => Promise<void>> {
  const fit = batch.flatMap(({ judged }) => ("code" in judged ? [] : [judged]));
  const result = await sendOrFail(fit, send);
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
  send: PipelineOptions<Fit>["send"],
): Promise<BatchResult> {
  if (rows.length === 0) return { settled: [], failure: null };
  try {
    return await send(rows);
  } catch (failure) {
    return { settled: [], failure };
  }
}
