import { DomainError } from "../../../shared/domain-error.ts";
import { LIMITS } from "../limits.ts";

/** Refuses a batch that is too large, before anything of it is read. */
export function assertBatchSize(rows: number): void {
  if (rows <= LIMITS.rowsPerBatch) return;
  throw new DomainError(
    "BATCH_TOO_LARGE",
    `a batch has at most ${LIMITS.rowsPerBatch} rows, not ${rows}`,
    { most: LIMITS.rowsPerBatch, given: rows },
  );
}

/** Refuses pages that would be too many rows together, before they are read. */
export function assertRowsPerStatement(sizes: readonly number[]): void {
  const rows = sizes.reduce((sum, size) => sum + size, 0);
  if (rows <= LIMITS.rowsPerStatement) return;
  throw new DomainError(
    "LIMIT_EXCEEDED",
    `the lists within this list have up to ${rows} items together, at most ${LIMITS.rowsPerStatement} are answered`,
    { most: LIMITS.rowsPerStatement, asked: rows },
  );
}
