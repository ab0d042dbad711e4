import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import type { Purpose } from "./columns.ts";
import type { Format } from "./guess-format.ts";
import type {
  ImportFileOptions,
  ImportPlan,
  ImportResult,
  ImportSurroundings,
} from "./import-file.ts";
import { ImportSinks } from "./import-sinks.ts";
import type { ImportState } from "./import-state.ts";
import { InstallationSummary } from "./installation-summary.ts";
import type { DeviceRow } from "./judge-row.ts";
import { sendInBatches } from "./pipeline.ts";
import { BatchSender } from "./send.ts";
import type { BatchResult } from "./settled.ts";
import type { Summary } from "./summary.ts";

const BATCHES_IN_FLIGHT = 4;
const INSTALLATIONS_OF_A_BATCH = 500;

/** Where a plan is sent from, and what is remembered of it. */
interface Sending {
  around: ImportSurroundings;
  state: ImportState;
}

/** Sends a plan from where it was, and remembers how far it comes. */
export async function sendPlan(
  plan: ImportPlan,
  options: Omit<ImportFileOptions, "format"> & { format: Format },
  sending: Sending,
): Promise<ImportResult> {
  const { state, around } = sending;
  const { purpose, format, dryRun } = options;
  const { defined, catenaX } = plan;
  const resumedAfter = state.resumed?.rows ?? 0;
  if (resumedAfter > 0) around.note(`going on after row ${resumedAfter}, which was settled before`);
  const sinks = await ImportSinks.open(plan, options, state.resumed);
  const sender = senderOf(plan, options, sending);
  const installations = catenaX === null ? null : new InstallationSummary();
  let failure = await sendRows(plan, { ...options, sender, sinks }, sending);
  if (failure === null && installations && !dryRun) {
    failure = await sendInstallations(plan, { installations, sender });
  }
  if (failure === null || neverBegan(failure, sinks.summary)) failure = await endOf(state, failure);
  const done = { purpose, format, dryRun, defined, catenaX, installations, resumedAfter };
  return { ...done, summary: sinks.summary, failure };
}

/** Sends every row that is not settled yet; answers what stopped it, or null. */
async function sendRows(
  plan: ImportPlan,
  options: {
    batchSize: number;
    purpose: Purpose;
    sender: BatchSender;
    sinks: ImportSinks;
  },
  { around, state }: Sending,
): Promise<unknown> {
  const { batchSize, sinks } = options;
  const { summary } = sinks;
  try {
    await sendInBatches(plan.rows, {
      batchSize,
      batchesInFlight: BATCHES_IN_FLIGHT,
      settledBefore: state.resumed?.rows ?? 0,
      onPassed: () => around.progress.goOnAfter(summary.rows),
      send: sendingOf(plan, options),
      onSettled: (row, settled) => {
        summary.add(row, settled);
        around.progress.rows += 1;
      },
      onBatch: async () => state.save(await sinks.told()),
    });
    return null;
  } catch (failure) {
    return failure;
  } finally {
    await state.flush().catch(() => undefined);
    await sinks.close();
  }
}

async function endOf(state: ImportState, failure: unknown): Promise<unknown> {
  try {
    await state.remove();
    return failure;
  } catch (second) {
    return failure ?? second;
  }
}

/** Whoever may not do this has done nothing that could be resumed. */
function neverBegan(failure: unknown, { rows }: Summary): boolean {
  return rows === 0 && failure instanceof CliError && failure.exit === EXIT.NOT_AUTHORISED;
}

/** Tells what is within what; answers what stopped it, or null. */
async function sendInstallations(
  { installations, source }: ImportPlan,
  { installations: summary, sender }: { installations: InstallationSummary; sender: BatchSender },
): Promise<unknown> {
  try {
    for (let at = 0; at < installations.length; at += INSTALLATIONS_OF_A_BATCH) {
      const batch = installations.slice(at, at + INSTALLATIONS_OF_A_BATCH);
      const input = batch.map(({ installation }) => ({ source, ...installation }));
      const settled = await sender.install(input, at);
      settled.forEach((one, place) => {
        summary.add(batch[place]?.line ?? 0, one);
      });
    }
    return null;
  } catch (failure) {
    return failure;
  }
}

function senderOf(
  { connection }: ImportPlan,
  { dryRun, patienceSeconds }: { dryRun: boolean; patienceSeconds: number },
  { around, state }: Sending,
): BatchSender {
  const { run: id, seed } = state;
  const run = { id, seed, isDryRun: dryRun, patienceMs: patienceSeconds * 1_000 };
  return new BatchSender(connection.gateway, run, (reason, waitMs) =>
    around.note(`${reason}; trying again in ${waitMs / 1_000} s`),
  );
}

function sendingOf(
  { source }: ImportPlan,
  { purpose, sender }: { purpose: Purpose; sender: BatchSender },
): (rows: readonly DeviceRow[], batch: number) => Promise<BatchResult> {
  if (purpose === "record") {
    const withSource = ({ record, provision }: DeviceRow): DeviceRow => ({
      record: { source, ...record },
      provision,
    });
    return (rows, batch) => sender.recordAndProvision(rows.map(withSource), batch);
  }
  return async (rows, batch) => {
    // A serial number alone is enough: the gateway gives out the rest.
    const input = rows.map(
      ({ provision, record: { serialNumber } }) => provision ?? { serialNumber },
    );
    return { settled: await sender.provision(input, batch), failure: null };
  };
}
