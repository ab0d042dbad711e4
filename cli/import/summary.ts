import { count, csvLine, print } from "../output.ts";
import type { Purpose } from "./columns.ts";
import type { CsvFile } from "./report.ts";
import type { FileRow, Refusal } from "./row.ts";
import type { ProvisionOutcome, RecordOutcome, Secrets, Settled } from "./settled.ts";

/** Refusals that a summary repeats; a report holds all. */
const REFUSALS_KEPT = 1_000;
const REFUSALS_SHOWN = 20;
export const SECRETS_HEADER = ["serialNumber", "connhexId", "initKey", "claimCode"];

/** Where single rows go that must not only be counted. */
export interface SummarySinks {
  report: { file: CsvFile; lineOf(row: FileRow, refusal: Refusal): (string | null)[] } | null;
  secrets: CsvFile | null;
  asJson: boolean;
  purpose: Purpose;
}

/** What a summary has counted, as an interrupted import keeps it. */
export interface SavedSummary {
  rows: number;
  records: Record<RecordOutcome, number>;
  identities: Record<ProvisionOutcome, number>;
  refused: number;
  secretsMade: number;
  secretsLost: number;
  refusals: (Refusal & { line: number })[];
}

export const NO_ROWS_YET: SavedSummary = {
  rows: 0,
  records: { RECORDED: 0, REVISED: 0, UNCHANGED: 0, REFUSED: 0 },
  identities: { PROVISIONED: 0, PENDING: 0, UNCHANGED: 0, REFUSED: 0 },
  refused: 0,
  secretsMade: 0,
  secretsLost: 0,
  refusals: [],
};

/** Counts what became of the rows. Every row is counted once for its record, and once for its identity. */
export class Summary {
  rows = 0;
  readonly records: Record<RecordOutcome, number> = {
    RECORDED: 0,
    REVISED: 0,
    UNCHANGED: 0,
    REFUSED: 0,
  };
  readonly identities: Record<ProvisionOutcome, number> = {
    PROVISIONED: 0,
    PENDING: 0,
    UNCHANGED: 0,
    REFUSED: 0,
  };
  /** Rows with at least one refusal. */
  refused = 0;
  secretsMade = 0;
  /** Devices whose secrets were in an answer that was lost. */
  secretsLost = 0;
  readonly #refusals: (Refusal & { line: number })[] = [];
  readonly #secrets: Secrets[] = [];
  readonly #sinks: SummarySinks;

  constructor(sinks: SummarySinks) {
    this.#sinks = sinks;
  }

  /** Goes on with what an interrupted import had counted. */
  restore(saved: SavedSummary): void {
    this.rows = saved.rows;
    Object.assign(this.records, saved.records);
    Object.assign(this.identities, saved.identities);
    this.refused = saved.refused;
    this.secretsMade = saved.secretsMade;
    this.secretsLost = saved.secretsLost;
    this.#refusals.push(...saved.refusals);
  }

  /** Without most refusals, which a report holds. */
  save(): SavedSummary {
    const { rows, records, identities, refused, secretsMade, secretsLost } = this;
    const refusals = this.#refusals.slice(0, REFUSALS_SHOWN);
    const counts = { records: { ...records }, identities: { ...identities } };
    return { rows, ...counts, refused, secretsMade, secretsLost, refusals };
  }

  /** Whether every row was known before, and nothing was changed or refused. */
  get nothingIsNew(): boolean {
    const { RECORDED, REVISED } = this.records;
    const { PROVISIONED, PENDING } = this.identities;
    return this.rows > 0 && RECORDED + REVISED + PROVISIONED + PENDING + this.refused === 0;
  }

  /** Takes one row and passes it on to the report and to the secrets. */
  add(row: FileRow, settled: Settled): void {
    const { record, provision, refusal, secrets } = settled;
    this.rows += 1;
    if (record) this.records[record] += 1;
    if (provision) this.identities[provision] += 1;
    // Refused without asking: it counts where the row would have been judged.
    if (refusal && !record && !provision) {
      const counts = this.#sinks.purpose === "record" ? this.records : this.identities;
      counts.REFUSED += 1;
    }
    if (settled.secretsAreLost) this.secretsLost += 1;
    if (secrets) this.#keepSecrets(secrets);
    if (!refusal) return;
    this.refused += 1;
    if (this.#refusals.length < REFUSALS_KEPT) this.#refusals.push({ line: row.line, ...refusal });
    const { report } = this.#sinks;
    report?.file.add(report.lineOf(row, refusal));
  }

  /** Writes what was passed on. */
  async flush(): Promise<void> {
    await this.#sinks.report?.file.flush();
    await this.#sinks.secrets?.flush();
  }

  /** Secrets are told once, as they come: an end in the middle must not lose them. */
  #keepSecrets(secrets: Secrets): void {
    const { serialNumber, connhexId, initKey, claimCode } = secrets;
    const cells = [serialNumber, connhexId, initKey, claimCode];
    if (this.#sinks.secrets) this.#sinks.secrets.add(cells);
    else if (this.#sinks.asJson) this.#secrets.push(secrets);
    else {
      if (this.secretsMade === 0) print(csvLine(SECRETS_HEADER));
      print(csvLine(cells));
    }
    this.secretsMade += 1;
  }

  /** `recorded 3 · revised 0 · …` */
  recordLine(): string {
    const { RECORDED, REVISED, UNCHANGED, REFUSED } = this.records;
    return `recorded ${count(RECORDED)} · revised ${count(REVISED)} · unchanged ${count(UNCHANGED)} · refused ${count(REFUSED)}`;
  }

  /** Null where no row asked for a cloud identity. */
  identityLine(): string | null {
    const { PROVISIONED, PENDING, UNCHANGED, REFUSED } = this.identities;
    if (PROVISIONED + PENDING + UNCHANGED + REFUSED === 0) return null;
    return `cloud identities: provisioned ${count(PROVISIONED)} · pending ${count(PENDING)} · unchanged ${count(UNCHANGED)} · refused ${count(REFUSED)}`;
  }

  /** The first refusals, one line each. */
  refusalLines(): string[] {
    const lines = this.#refusals.slice(0, REFUSALS_SHOWN).map(({ line, field, code, reason }) => {
      const where = field === null ? `line ${line}` : `line ${line}, ${field}`;
      return `${where}: ${reason} [${code}]`;
    });
    const more = this.refused - lines.length;
    return more > 0 ? [...lines, `and ${count(more)} more: --report <file> writes all`] : lines;
  }

  toJSON(): object {
    const { RECORDED, REVISED, UNCHANGED, REFUSED } = this.records;
    const { PROVISIONED, PENDING } = this.identities;
    return {
      rows: this.rows,
      recorded: RECORDED,
      revised: REVISED,
      unchanged: UNCHANGED,
      refused: REFUSED,
      provisioning: {
        provisioned: PROVISIONED,
        pending: PENDING,
        unchanged: this.identities.UNCHANGED,
        refused: this.identities.REFUSED,
      },
      refusals: this.#refusals,
      refusalsLeftOut: this.refused - this.#refusals.length,
      rowsRefused: this.refused,
      secretsLost: this.secretsLost,
      ...(this.#secrets.length > 0 && { secrets: this.#secrets }),
    };
  }
}
