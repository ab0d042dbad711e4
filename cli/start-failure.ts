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
  // SQLSTATE 42P01, 42703: no such table, no such column.
  if (["42P01", "42703"].includes(code)) {
    const advice = "Run `tracegraph migrate`, and check that the URLs name the right databases.";
    return new CliError("CANNOT_START", `the tables are not up to date: ${error.message}`, {
      advice,
    });
  }
  const unfit = unfitPlace(error, code);
  if (unfit !== null) return new CliError("CANNOT_START", unfit);
  if (["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT"].includes(code)) {
    return new CliError("DATABASE_UNAVAILABLE", `the database cannot be reached (${code})`);
  }
  // SQLSTATE class 28: the login is refused; 3D: no such database.
  if (/^(28|3D)...$/.test(code)) return new CliError("CANNOT_START", error.message);
  const isOurs = code === "" && error.constructor === Error;
  return isOurs ? new CliError("CANNOT_START", error.message) : error;
}

/** What is wrong with where it shall listen; null where that is not what failed. */
function unfitPlace(error: Error, code: string): string | null {
  const { syscall, hostname } = error as { syscall?: string; hostname?: string };
  const host = process.env.HOST;
  const isHost = syscall === "getaddrinfo" && hostname === host;
  if (isHost || code === "EADDRNOTAVAIL")
    return `HOST must be an address of this machine, not ${host}`;
  if (syscall !== "listen" || code !== "EACCES") return null;
  return `PORT: this account may not listen on ${placeOf(error)}`;
}

function placeOf(error: Error): string {
  const { address = "", port = "" } = error as { address?: string; port?: number };
  return `${address}:${port}`;
}
