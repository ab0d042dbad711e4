import type { ErrorCode } from "../../../shared/domain-error.ts";

/** What became of one row of a batch. */
export const OUTCOMES = ["RECORDED", "REVISED", "UNCHANGED", "REFUSED"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The answer to one row. A refusal is data here: the other rows stand. */
export interface Verdict {
  index: number;
  /** Null where nobody knows what the row was about. */
  serialNumber: string | null;
  outcome: Outcome;
  /** The device's revision after the row; null where it has none, or the row was refused unseen. */
  revision: number | null;
  code: ErrorCode | null;
  message: string | null;
  field: string | null;
}

export interface Batch {
  verdicts: Verdict[];
  recorded: number;
  revised: number;
  unchanged: number;
  refused: number;
}

/** The verdicts of a batch in the order of its rows, counted. */
export function batchOf(verdicts: Verdict[]): Batch {
  const count = (outcome: Outcome) => verdicts.filter((row) => row.outcome === outcome).length;
  return {
    verdicts,
    recorded: count("RECORDED"),
    revised: count("REVISED"),
    unchanged: count("UNCHANGED"),
    refused: count("REFUSED"),
  };
}
