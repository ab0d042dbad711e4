import { DomainError } from "../shared/domain-error.ts";
import { CliError } from "./cli-error.ts";

/** Runs what works on the databases or the configuration itself; tells its failures readably. */
export async function withoutGateway<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw readable(error);
  }
}

function readable(error: unknown): unknown {
  if (error instanceof CliError) return error;
  if (error instanceof DomainError) return new CliError(error.code, error.message);
  if (!(error instanceof Error)) return error;
  const code = "code" in error ? String(error.code) : "";
  if (code === "EADDRINUSE") {
    return new CliError("PORT_TAKEN", `something already listens there: ${placeOf(error)}`);
  }
  if (["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT"].includes(code)) {
    return new CliError("DATABASE_UNAVAILABLE", `the database cannot be reached (${code})`);
  }
  // SQLSTATE class 28: the login is refused; 3D: no such database.
  if (/^(28|3D)...$/.test(code)) return new CliError("CANNOT_START", error.message);
  const isOurs = code === "" && error.constructor === Error;
  return isOurs ? new CliError("CANNOT_START", error.message) : error;
}

function placeOf(error: Error): string {
  const { address = "", port = "" } = error as { address?: string; port?: number };
  return `${address}:${port}`;
}
