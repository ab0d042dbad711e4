import { DomainError } from "./domain-error.ts";

/** Refuses a batch that is too large, before anything of it is read. */
export function assertBatchSize(rows: number, most: number): void {
  if (rows <= most) return;
  throw new DomainError("BATCH_TOO_LARGE", `a batch has at most ${most} rows, not ${rows}`, {
    most,
    given: rows,
  });
}
