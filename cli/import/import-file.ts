import { basename } from "node:path";
import { CliError } from "../cli-error.ts";
import type { Connection } from "../connection.ts";
import { printable } from "../output.ts";
import type { Progress } from "../progress.ts";
import { readJson } from "../read-text.ts";
import type { ToldInstallation } from "./catena-x-edges.ts";
import type { CatenaXReport } from "./catena-x-report.ts";
import type { Purpose } from "./columns.ts";
import { type Format, guessFormat } from "./guess-format.ts";
import { planCatenaXImport } from "./import-catena-x.ts";
import { assertNoFiles } from "./import-sinks.ts";
import { hashOf, ImportState } from "./import-state.ts";
import { planTableImport } from "./import-table.ts";
import { type InputFile, openInputFile } from "./input-file.ts";
import type { InstallationSummary } from "./installation-summary.ts";
import { type Mapping, readMapping } from "./mapping/mapping.ts";
import type { TimeZone } from "./mapping/time-zone.ts";
import type { JudgedRow } from "./pipeline.ts";
import { sendPlan } from "./send-plan.ts";
import type { Summary } from "./summary.ts";

const SOURCE_CHARACTERS = 256;
/** Secrets that are printed as JSON wait for the end in memory. */
const SECRETS_IN_MEMORY = 10_000;

export interface ImportFileOptions {
  purpose: Purpose;
  format?: Format;
  sheet?: string;
  /** A file that says what the columns mean. */
  mapping?: string;
  timeZone: TimeZone | null;
  dryRun: boolean;
  defineFields: boolean;
  report?: string;
  secrets?: string;
  batchSize: number;
  json?: boolean;
  /** Where it is remembered how far the import came; null where it is not. */
  state: string | null;
  restarts: boolean;
  patienceSeconds: number;
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
  rowCount: number;
  /** What is within what, to be told once the rows are recorded. */
  installations: readonly ToldInstallation[];
  columns: readonly string[];
  /** Columns whose cells no report may repeat. */
  secretColumns: ReadonlySet<string>;
  /** Whether rows may be provisioned. */
  asksForIdentities: boolean;
  /** Custom fields that were defined for it. */
  defined: readonly string[];
  catenaX: CatenaXReport | null;
  close(): void;
}

/** What became of a file. After a failure the summary tells what was done before it. */
export interface ImportResult {
  purpose: Purpose;
  format: Format;
  dryRun: boolean;
  summary: Summary;
  /** Rows that an interrupted run had settled before. */
  resumedAfter: number;
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
  const mapping = options.mapping ? await mappingOf(options.mapping) : null;
  const file = await openInputFile(path);
  let plan: ImportPlan | null = null;
  try {
    const format = options.format ?? (await guessFormat(file));
    const planned = await planImport(
      file,
      { ...options, format, mapping: mapping?.read ?? null },
      around,
    );
    plan = { ...planned, source: sourceOf(file.name) };
    assertSecretsFit(plan, options);
    const state = await openState(
      file,
      plan,
      { ...options, format, mapping: mapping?.text ?? null },
      around,
    );
    return await sendPlan(plan, { ...options, format }, { around, state });
  } finally {
    plan?.close();
    await file.close();
  }
}

async function mappingOf(path: string): Promise<{ read: Mapping; text: string }> {
  const json = await readJson(path);
  return { read: readMapping(json), text: JSON.stringify(json) };
}

type Planning = Omit<ImportFileOptions, "format" | "mapping"> & {
  format: Format;
  mapping: Mapping | null;
};

async function planImport(
  file: InputFile,
  options: Planning,
  around: ImportSurroundings,
): Promise<Omit<ImportPlan, "source">> {
  const { format, purpose, mapping } = options;
  if (format !== "catena-x") return planTableImport(file, { ...options, format }, around);
  if (purpose === "provision") {
    throw new CliError("WRONG_FORMAT", "a Catena-X file names no cloud identities");
  }
  if (mapping) throw new CliError("USAGE", "a Catena-X file has no columns to map");
  return planCatenaXImport(file, options, around);
}

/** Many secrets must not wait in memory for the end: a crash would lose them. */
function assertSecretsFit(
  { asksForIdentities, rowCount }: ImportPlan,
  { json, secrets, dryRun }: ImportFileOptions,
): void {
  const mayPrint = !json || secrets !== undefined || dryRun;
  if (mayPrint || !asksForIdentities || rowCount <= SECRETS_IN_MEMORY) return;
  const message = `a file of ${rowCount} rows that may be provisioned needs --secrets beside --json`;
  throw new CliError("USAGE", message, { advice: "Name a new file for the secrets." });
}

async function openState(
  file: InputFile,
  { connection }: ImportPlan,
  options: Omit<ImportFileOptions, "mapping"> & { format: Format; mapping: string | null },
  around: ImportSurroundings,
): Promise<ImportState> {
  const { dryRun, state, restarts, purpose, format, sheet, mapping, timeZone, batchSize } = options;
  if (dryRun || state === null) return ImportState.unkept();
  const identity = {
    ...{ sizeBytes: file.sizeBytes, sha256: await hashOf(file), purpose, format, batchSize },
    ...{ sheet: sheet ?? null, mapping, timeZone: timeZone?.name ?? null },
    ...{ gateway: connection.url, tenant: connection.tenant },
    ...{ report: options.report ?? null, secrets: options.secrets ?? null },
  };
  try {
    const beforeFirst = () => assertNoFiles(options);
    return await ImportState.open(state, identity, { restarts, beforeFirst });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof CliError || code === undefined) throw error;
    around.note(`${state} cannot be written (${code}): after a crash this import begins anew`);
    return ImportState.unkept();
  }
}

/** The file's own name, without characters that a record does not take. */
export function sourceOf(name: string): string {
  return printable(basename(name)).trim().slice(0, SOURCE_CHARACTERS);
}
