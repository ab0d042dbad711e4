import { count } from "../output.ts";
import type { Refusal } from "./row.ts";
import type { RecordOutcome, Settled } from "./settled.ts";

/** Refusals that a summary repeats. */
const REFUSALS_KEPT = 1_000;
const REFUSALS_SHOWN = 20;

/** Counts what became of installations, each once. */
export class InstallationSummary {
  readonly counts: Record<RecordOutcome, number> = {
    RECORDED: 0,
    REVISED: 0,
    UNCHANGED: 0,
    REFUSED: 0,
  };
  readonly #refusals: (Refusal & { line: number })[] = [];

  /** `line` is where the file tells it. */
  add(line: number, { record, refusal }: Pick<Settled, "record" | "refusal">): void {
    if (record) this.counts[record] += 1;
    else if (refusal) this.counts.REFUSED += 1;
    if (refusal && this.#refusals.length < REFUSALS_KEPT) this.#refusals.push({ line, ...refusal });
  }

  get refused(): number {
    return this.counts.REFUSED;
  }

  /** `installations: recorded 3 · …`, and the first refusals. */
  lines(): string[] {
    const { RECORDED, UNCHANGED, REFUSED } = this.counts;
    const shown = this.#refusals.slice(0, REFUSALS_SHOWN).map(({ line, field, code, reason }) => {
      const where = field === null ? `line ${line}` : `line ${line}, ${field}`;
      return `${where}: ${reason} [${code}]`;
    });
    const more = REFUSED - shown.length;
    return [
      `installations: recorded ${count(RECORDED)} · unchanged ${count(UNCHANGED)} · refused ${count(REFUSED)}`,
      ...shown,
      ...(more > 0 ? [`and ${count(more)} more`] : []),
    ];
  }

  toJSON(): object {
    const { RECORDED, UNCHANGED, REFUSED } = this.counts;
    const refusals = this.#refusals;
    return {
      ...{ recorded: RECORDED, unchanged: UNCHANGED, refused: REFUSED },
      ...{ refusals, refusalsLeftOut: REFUSED - refusals.length },
    };
  }
}
