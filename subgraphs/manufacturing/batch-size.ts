import { DomainError } from "../../shared/domain-error.ts";
import { LIMITS } from "./limits.ts";

/** Refuses a batch that is too large, before anything of it is read. */
export function assertBatchSize(rows: number): void {
  if (rows <= LIMITS.rowsPerBatch) return;
  throw new DomainError(
    "BATCH_TOO_LARGE",
    `a batch has at most ${LIMITS.rowsPerBatch} rows, not ${rows}`,
    { most: LIMITS.rowsPerBatch, given: rows },
  );
}
