import pg from "pg";
import { DomainError } from "../domain-error.ts";

/** A database that cannot be asked, or took too long, is a refusal that may be tried again. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const code = codeOf(error);
  if (code === "57014") return new DomainError("TIMEOUT", "the database took too long");
  const message = error instanceof Error ? error.message : "";
  const isGone =
    isSilence(error) ||
    /^(08|57P|53)/.test(code) ||
    // The server ended, or refused, the whole connection: it stops, it starts, it lets nobody in.
    (error instanceof pg.DatabaseError && ["FATAL", "PANIC"].includes(error.severity ?? "")) ||
    ["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"].includes(code) ||
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered/.test(
      message,
    );
  if (isGone) return new DomainError("DATABASE_UNAVAILABLE", "the database cannot be asked now");
  return error;
}

/** Whether the server did not answer at all; then nothing more is asked on that connection. */
export function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === "Query read timeout";
}

/** Whether time alone ended a statement, so that its connection is as good as before. */
export function isOutOfTime(error: unknown): boolean {
  return error instanceof DomainError || codeOf(error) === "57014";
}

export function isDeadlock(error: unknown): boolean {
  return ["40001", "40P01"].includes(codeOf(error));
}

/** Whether PostgreSQL refused a row because its key is taken. */
export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === "23505";
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}
