import { DomainError, type ErrorCode, type ErrorDetails } from "../../shared/domain-error.ts";
import { GATEWAY_LIMITS } from "../limits.ts";

/** A request that is refused as a whole: nothing of it is executed, and its HTTP status says so. */
export class RequestRefusal extends Error {
  override name = "RequestRefusal";

  constructor(
    readonly status: number,
    readonly code: ErrorCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
    readonly details: ErrorDetails = {},
  ) {
    super(message);
  }
}

/** The HTTP status of a refusal by code; every other code has 400. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  DOCUMENT_REQUIRED: 403,
  DOCUMENT_NOT_FOUND: 404,
  POSITION_TOO_OLD: 410,
  BODY_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
  DATABASE_UNAVAILABLE: 503,
  SUBGRAPH_UNAVAILABLE: 503,
  TIMEOUT: 503,
};

function statusOf(code: ErrorCode): number {
  return STATUS[code] ?? 400;
}

/** What tells a client when to ask again, where only time mends what hinders. */
export const RETRY_LATER = { "retry-after": String(GATEWAY_LIMITS.retrySeconds) };

/** A rule's refusal as one of the whole request. */
function requestRefusal({ code, message, details }: DomainError): RequestRefusal {
  const status = statusOf(code);
  const headers = status === 503 ? RETRY_LATER : {};
  return new RequestRefusal(status, code, message, headers, details);
}

/** Runs `work`; a rule's refusal in it is one of the whole request. */
export async function refusingWhole<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof DomainError ? requestRefusal(error) : error;
  }
}
