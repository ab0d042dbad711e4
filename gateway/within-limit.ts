import { DomainError, type ErrorCode } from "../shared/domain-error.ts";

/** A limit as its refusal names it. */
export interface Limit {
  code: ErrorCode;
  /** What is counted. */
  limit: string;
  most: number;
}

/** Refuses what is beyond a limit, with both figures in the message and beside the code. */
export function assertWithin(
  { code, limit, most }: Limit,
  asked: number,
  sentence: (limit: string, most: number, asked: number) => string,
): void {
  if (asked <= most) return;
  throw new DomainError(code, sentence(limit, most, asked), { limit, most, asked });
}
