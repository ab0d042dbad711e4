import { DomainError } from "../../../shared/domain-error.ts";
import { LIMITS } from "../limits.ts";

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
