import { existsSync } from "node:fs";
import { CliError } from "../cli-error.ts";
import type { Purpose } from "./columns.ts";
import type { SavedProgress } from "./import-state.ts";
import { CsvFile, reportHeader, reportLine } from "./report.ts";
import { SECRETS_HEADER, Summary } from "./summary.ts";

/** Where the rows of an import are told: the summary, the report and the file of secrets. */
export class ImportSinks {
  readonly summary: Summary;
  readonly #report: CsvFile | null;
  readonly #secrets: CsvFile | null;

  private constructor(summary: Summary, report: CsvFile | null, secrets: CsvFile | null) {
    this.summary = summary;
    this.#report = report;
    this.#secrets = secrets;
  }

  /** Makes the files, or goes on with those of an import that was interrupted. */
  static async open(
    plan: { columns: readonly string[]; secretColumns: ReadonlySet<string> },
    options: {
      report?: string;
      secrets?: string;
      json?: boolean;
      purpose: Purpose;
      dryRun: boolean;
    },
    resumed: SavedProgress | null,
  ): Promise<ImportSinks> {
    const { columns, secretColumns } = plan;
    const report = await openFile(options.report, reportHeader(columns), {
      bytes: resumed?.reportBytes ?? null,
      isSecret: false,
    });
    // A dry run makes no secrets, and no file for them.
    const secrets = await openFile(options.dryRun ? undefined : options.secrets, SECRETS_HEADER, {
      bytes: resumed?.secretsBytes ?? null,
      isSecret: true,
    });
    const summary = new Summary({
      report: report && {
        file: report,
        lineOf: (row, refusal) => reportLine({ row, refusal }, columns, secretColumns),
      },
      secrets,
      asJson: options.json === true,
      purpose: options.purpose,
    });
    if (resumed) summary.restore(resumed.summary);
    return new ImportSinks(summary, report, secrets);
  }

  /** Writes what was told so far, and says how much that is. */
  async told(): Promise<{ progress: SavedProgress; sync(): Promise<void> }> {
    await this.summary.flush();
    const files = [this.#report, this.#secrets];
    return {
      progress: {
        rows: this.summary.rows,
        reportBytes: this.#report?.bytes ?? 0,
        secretsBytes: this.#secrets?.bytes ?? 0,
        summary: this.summary.save(),
      },
      sync: async () => {
        for (const file of files) await file?.sync();
      },
    };
  }

  async close(): Promise<void> {
    await this.#report?.close();
    await this.#secrets?.close();
  }
}

/** Refuses an import that would write over a file; before anything is remembered of it. */
export function assertNoFiles({ report, secrets }: { report?: string; secrets?: string }): void {
  for (const path of [report, secrets]) {
    if (path !== undefined && existsSync(path)) {
      throw new CliError("FILE_EXISTS", `${path} exists already`);
    }
  }
}

/** `bytes`: how much an interrupted import had written for good; null where this one begins. */
async function openFile(
  path: string | undefined,
  header: readonly string[],
  { bytes, isSecret }: { bytes: number | null; isSecret: boolean },
): Promise<CsvFile | null> {
  if (path === undefined) return null;
  if (bytes !== null && bytes > 0) return CsvFile.resume(path, bytes);
  // What an interrupted import may have begun to write was its own, and nobody was told of it.
  return CsvFile.create(path, header, { isSecret, replaces: bytes !== null });
}
