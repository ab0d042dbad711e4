import { count, csvLine, print } from "../output.ts";
import type { Purpose } from "./columns.ts";
import type { CsvFile } from "./report.ts";
import type { FileRow, Refusal } from "./row.ts";
import type { ProvisionOutcome, RecordOutcome, Secrets, Settled } from "./send.ts";

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

  /** Takes one row and passes it on to the report and to the secrets. */
  async add(row: FileRow, settled: Settled): Promise<void> {
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
    if (secrets) await this.#keepSecrets(secrets);
    if (!refusal) return;
    this.refused += 1;
    if (this.#refusals.length < REFUSALS_KEPT) this.#refusals.push({ line: row.line, ...refusal });
    const { report } = this.#sinks;
    await report?.file.write(report.lineOf(row, refusal));
  }

  /** Secrets are told once, as they come: an end in the middle must not lose them. */
  async #keepSecrets(secrets: Secrets): Promise<void> {
    const { serialNumber, connhexId, initKey, claimCode } = secrets;
    const cells = [serialNumber, connhexId, initKey, claimCode];
    if (this.#sinks.secrets) await this.#sinks.secrets.write(cells);
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
