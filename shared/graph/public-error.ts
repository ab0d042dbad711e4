import { ERROR_CODES, type ErrorCode, type ErrorDetails, isRetryable } from "../domain-error.ts";

/** What may leave of an error. */
export interface PublicError {
  message: string;
  extensions: ErrorDetails & { code: ErrorCode };
}

/** The one text that a fault of ours shows; the log line with the request id tells the rest. */
export const INTERNAL_MESSAGE = "internal error";

/**
 * A refusal by the rules, with its code, message and scalar details and nothing else. null for
 * everything that is not on the list of codes: that is a fault, to be logged and masked.
 */
export function publicError(error: {
  message: string;
  extensions?: Readonly<Record<string, unknown>> | undefined;
}): PublicError | null {
  const { code, ...details } = error.extensions ?? {};
  if (!isErrorCode(code) || code === "INTERNAL") return null;
  const scalars = Object.entries(details).filter(
    (entry): entry is [string, string | number | boolean] =>
      ["string", "number", "boolean"].includes(typeof entry[1]),
  );
  return {
    message: error.message,
    extensions: {
      ...Object.fromEntries(scalars),
      code,
      ...(isRetryable(code) && { retryable: true }),
    },
  };
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(ERROR_CODES, code);
}
