import { basename } from "node:path";
import { CliError } from "../cli-error.ts";
import type { Connection } from "../connection.ts";
import { printable } from "../output.ts";
import type { Progress } from "../progress.ts";
import type { ToldInstallation } from "./catena-x-edges.ts";
import type { CatenaXReport } from "./catena-x-report.ts";
import type { ColumnTarget, Purpose } from "./columns.ts";
import { type Format, guessFormat } from "./guess-format.ts";
import { planCatenaXImport } from "./import-catena-x.ts";
import { planTableImport } from "./import-table.ts";
import { openInputFile } from "./input-file.ts";
import { InstallationSummary } from "./installation-summary.ts";
import type { DeviceRow } from "./judge-row.ts";
import { type JudgedRow, sendInBatches } from "./pipeline.ts";
import { CsvFile, reportHeader, reportLine } from "./report.ts";
import { type BatchResult, BatchSender, NOT_SENT } from "./send.ts";
import { SECRETS_HEADER, Summary } from "./summary.ts";

const BATCHES_IN_FLIGHT = 2;
const INSTALLATIONS_OF_A_BATCH = 500;
const SOURCE_CHARACTERS = 256;

export interface ImportFileOptions {
  purpose: Purpose;
  format?: Format;
  dryRun: boolean;
  defineFields: boolean;
  report?: string;
  secrets?: string;
  batchSize: number;
  json?: boolean;
}

/** What an import needs of the world around it. */
export interface ImportSurroundings {
  /** Connects as somebody who may record, and define custom fields where that is needed. */
  connect(needsToDefine: boolean): Promise<Connection>;
  progress: Progress;
  note(text: string): void;
}

/** The rows of a file on their way, whatever its format. */
export interface ImportPlan {
  connection: Connection;
  /** What the revisions name as the source of rows that name none: the file. */
  source: string;
  rows: AsyncIterable<JudgedRow> | Iterable<JudgedRow>;
  /** What is within what, to be told once the rows are recorded. */
  installations: readonly ToldInstallation[];
  columns: readonly string[];
  targets: ReadonlyMap<string, ColumnTarget>;
  /** Custom fields that were defined for it. */
  defined: readonly string[];
  catenaX: CatenaXReport | null;
}

/** What became of a file. After a failure the summary tells what was done before it. */
export interface ImportResult {
  purpose: Purpose;
  format: Format;
  dryRun: boolean;
  summary: Summary;
  defined: readonly string[];
  catenaX: CatenaXReport | null;
  /** What became of the installations; null where the format tells of none. */
  installations: InstallationSummary | null;
  failure: unknown;
}

/** Imports one file; throws where nothing of it was sent. */
export async function importFile(
  path: string,
  options: ImportFileOptions,
  around: ImportSurroundings,
): Promise<ImportResult> {
  const file = await openInputFile(path);
  try {
    const format = options.format ?? (await guessFormat(file));
    if (format === "catena-x" && options.purpose === "provision") {
      throw new CliError("WRONG_FORMAT", "a Catena-X file names no cloud identities");
    }
    const planned =
      format === "catena-x"
        ? await planCatenaXImport(file, options, around)
        : await planTableImport(file, { ...options, format }, around);
    const plan = { ...planned, source: sourceOf(file.name) };
    const { summary, failure } = await sendPlan(plan, options, around);
    const { defined, catenaX } = plan;
    const { purpose, dryRun } = options;
    const done = { purpose, format, dryRun, summary, defined, catenaX, failure };
    if (catenaX === null) return { ...done, installations: null };
    const installations = new InstallationSummary();
    if (failure !== null || dryRun) return { ...done, installations };
    return {
      ...done,
      installations,
      failure: await sendInstallations(plan, installations, around),
    };
  } finally {
    await file.close();
  }
}

/** Tells what is within what; answers what stopped it, or null. */
async function sendInstallations(
  { connection, installations, source }: ImportPlan,
  summary: InstallationSummary,
  around: ImportSurroundings,
): Promise<unknown> {
  const sender = senderFor(connection, around);
  try {
    for (let at = 0; at < installations.length; at += INSTALLATIONS_OF_A_BATCH) {
      const batch = installations.slice(at, at + INSTALLATIONS_OF_A_BATCH);
      const input = batch.map(({ installation }) => ({ source, ...installation }));
      const settled = await sender.install(input);
      settled.forEach((one, place) => {
        summary.add(batch[place]?.line ?? 0, one);
      });
    }
    return null;
  } catch (failure) {
    return failure;
  }
}

/** The file's own name, without characters that a record does not take. */
export function sourceOf(name: string): string {
  return printable(basename(name)).trim().slice(0, SOURCE_CHARACTERS);
}

async function sendPlan(
  plan: ImportPlan,
  options: ImportFileOptions,
  around: ImportSurroundings,
): Promise<{ summary: Summary; failure: unknown }> {
  const { columns, targets } = plan;
  const report = options.report
    ? await CsvFile.create(options.report, reportHeader(columns))
    : null;
  const secrets = options.secrets
    ? await CsvFile.create(options.secrets, SECRETS_HEADER, { isSecret: true })
    : null;
  const summary = new Summary({
    report: report && {
      file: report,
      lineOf: (row, refusal) => reportLine({ row, refusal }, columns, targets),
    },
    secrets,
    asJson: options.json === true,
    purpose: options.purpose,
  });
  try {
    await sendInBatches(plan.rows, {
      batchSize: options.batchSize,
      batchesInFlight: BATCHES_IN_FLIGHT,
      send: senderOf(plan, options, around),
      onSettled: async (row, settled) => {
        await summary.add(row, settled);
        around.progress.rows += 1;
      },
    });
    return { summary, failure: null };
  } catch (failure) {
    return { summary, failure };
  } finally {
    await report?.close();
    await secrets?.close();
  }
}

function senderFor({ gateway }: Connection, around: ImportSurroundings): BatchSender {
  return new BatchSender(gateway, (reason, waitMs) =>
    around.note(`${reason}; trying again in ${waitMs / 1_000} s`),
  );
}

function senderOf(
  { connection, source }: ImportPlan,
  { dryRun, purpose }: ImportFileOptions,
  around: ImportSurroundings,
): (rows: readonly DeviceRow[]) => Promise<BatchResult> {
  if (dryRun) return async (rows) => ({ settled: rows.map(() => NOT_SENT), failure: null });
  const sender = senderFor(connection, around);
  if (purpose === "record") {
    const withSource = ({ record, provision }: DeviceRow): DeviceRow => ({
      record: { source, ...record },
      provision,
    });
    return (rows) => sender.recordAndProvision(rows.map(withSource));
  }
  return async (rows) => {
    // A serial number alone is enough: the gateway gives out the rest.
    const input = rows.map(
      ({ provision, record: { serialNumber } }) => provision ?? { serialNumber },
    );
    return { settled: await sender.provision(input), failure: null };
  };
}
