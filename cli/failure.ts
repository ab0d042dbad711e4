import { CliError } from "./cli-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { note, printable } from "./output.ts";

/** Tells what went wrong in one line and what to do next, and answers the exit code. */
export function reportFailure(error: unknown, asJson: boolean): ExitCode {
  const failure = error instanceof CliError ? error : internalFault(error);
  const { code, message, advice, exit } = failure;
  const { requestId } = failure.details;
  if (asJson) {
    note(JSON.stringify({ error: { code, message, advice, exitCode: exit, requestId } }));
  } else {
    note(`tracegraph: ${printable(message)} [${code}]`);
    note(`  ${advice}${requestId === undefined ? "" : ` Request id: ${requestId}`}`);
  }
  if (process.env.DEBUG === "tracegraph" && error instanceof Error) note(error.stack ?? "");
  return exit;
}

/** A fault of this program. Its own message may hold anything, so only its first line is shown. */
function internalFault(error: unknown): CliError {
  const [first = "unknown"] = String(error instanceof Error ? error.message : error).split("\n");
  return new CliError("INTERNAL", `an unexpected fault: ${first.slice(0, 200)}`, {
    exit: EXIT.INTERNAL,
    advice: "Report it with what DEBUG=tracegraph prints.",
  });
}
