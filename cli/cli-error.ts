import { ERROR_CODES, type ErrorCode, isRetryable } from "../shared/domain-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";

/** Every refusal of the command line itself, with what to do about it. The list is closed. */
export const CLI_CODES = {
  // the command
  USAGE: "See --help.",
  FILE_EXISTS: "Name a file that does not exist yet.",
  PORT_TAKEN: "Set PORT to a free one, or stop what listens there.",
  CANNOT_START: "Mend what is named and start again; docs/operations.md lists every variable.",
  STALE_SCHEMA: "Run `tracegraph schema print` and check the files in.",
  INVALID_SCHEMA: "Name a supergraph, or a public schema in GraphQL's schema language.",
  // the whole file
  NOT_READABLE: "Check the path and its permissions.",
  EMPTY_FILE: "Check that the file was written completely.",
  NO_ROWS: "Add at least one row below the header.",
  WRONG_FORMAT: "Save the file as .xlsx, or as CSV, JSON or NDJSON in UTF-8.",
  NOT_UTF8: "Save the file in UTF-8.",
  UNTERMINATED_QUOTE: "Close the quote, or double it where it belongs to the text.",
  TRUNCATED_JSON: "Fetch the file again; its end is missing.",
  INVALID_JSON: "Mend the JSON at the named place.",
  FILE_TOO_LARGE: "Split the file.",
  BROKEN_WORKBOOK: "Fetch the file again, or open it in Excel and save it.",
  UNKNOWN_SHEET: "Name one of its sheets with --sheet.",
  MISSING_COLUMN: "Add the named column.",
  DUPLICATE_COLUMN: "Remove one of the two columns.",
  UNKNOWN_COLUMN: "Correct the name, define the field, or import with --define-fields.",
  INVALID_MAPPING: "Correct the mapping; docs/imports.md says what it may hold.",
  TOO_MANY_COLUMNS: "Split the file by columns that belong together.",
  IMPORT_DIFFERS:
    "Give the file and the options as they were, or begin anew with --restart: what is recorded stays unchanged.",
  // one row
  DUPLICATE_IN_FILE: "Keep one row for each serial number.",
  WRONG_COLUMN_COUNT: "Give the row as many cells as the header has.",
  BROKEN_QUOTE: "Quote the whole cell and double the quotes in it.",
  FIELD_TOO_LARGE: "Shorten the cell to 65,536 characters.",
  BROKEN_ROW: "Write the row as one JSON object.",
  WRONG_TENANT: "Import the row as the tenant that it names.",
  // a station
  TWO_CODES: "Scan them one by one, or say with --pattern what a whole code is.",
  BROKEN_CODE: "Scan it again, or say with --pattern what a whole code is.",
  NOT_TEXT: "Say with --encoding which code page the scanner sends.",
  JOURNAL_IN_USE: "Stop the other process, or name another journal.",
  JOURNAL_NOT_WRITABLE:
    "Make room, or mend the disk, and start the station again: what it kept is there.",
  JOURNAL_BROKEN:
    "Keep the file, and hand the station over to a new journal: docs/factory-lines.md.",
  // the gateway
  NO_TOKEN: "Give --token or set TRACEGRAPH_TOKEN; `tracegraph token` makes one for development.",
  GATEWAY_UNREACHABLE: "Check --url, and that the gateway runs (`tracegraph start`).",
  GATEWAY_ANSWER: "Check that --url names a tracegraph gateway.",
  DIFFERENT_COUNT: "Repeat the command; report it when it happens again.",
  EXPORT_CUT: "Repeat the command with --resume.",
  EXPORT_DIFFERS: "Export it again; the file is not what the gateway sent.",
  // proofs
  NO_POLICY: "Give --policy or --log, with keys from somebody whom you believe.",
  NOT_PROVEN: "Do not rely on it: ask for it again, and tell whoever it is from.",
} as const;
export type CliCode = keyof typeof CLI_CODES;

/** A refusal that is told in one readable line, with what to do next and the exit code. */
export class CliError extends Error {
  override name = "CliError";

  constructor(
    readonly code: CliCode | ErrorCode,
    message: string,
    readonly details: { exit?: ExitCode; advice?: string; requestId?: string } = {},
  ) {
    super(message);
  }

  get exit(): ExitCode {
    return this.details.exit ?? exitOf(this.code);
  }

  get advice(): string {
    return this.details.advice ?? adviceOf(this.code);
  }

  /** Whether the same request may succeed later without being changed. */
  get retryable(): boolean {
    return this.exit === EXIT.UNREACHABLE;
  }
}

/** A defect of the whole file; `line` counts from 1. */
export function fileError(code: CliCode, message: string, line?: number): CliError {
  return new CliError(code, line === undefined ? message : `line ${line}: ${message}`);
}

/** The gateway's own words where a client is asked for that does not exist. */
export function unknownClient(name: string): CliError {
  return new CliError("NOT_FOUND", `there is no client ${JSON.stringify(name)}`);
}

function isCliCode(code: CliCode | ErrorCode): code is CliCode {
  return code in CLI_CODES;
}

function adviceOf(code: CliCode | ErrorCode): string {
  if (code === "UNAUTHENTICATED") return "The token is over, or another issuer's: see --token.";
  return isCliCode(code) ? CLI_CODES[code] : ERROR_CODES[code];
}

function exitOf(code: CliCode | ErrorCode): ExitCode {
  if (isCliCode(code)) return exitOfCliCode(code);
  if (code === "UNAUTHENTICATED" || code === "FORBIDDEN") return EXIT.NOT_AUTHORISED;
  if (code === "INTERNAL") return EXIT.INTERNAL;
  if (code === "BAD_USER_INPUT") return EXIT.USAGE;
  return isRetryable(code) ? EXIT.UNREACHABLE : EXIT.REFUSED;
}

function exitOfCliCode(code: CliCode): ExitCode {
  if (code === "NO_TOKEN") return EXIT.NOT_AUTHORISED;
  if (code === "GATEWAY_UNREACHABLE" || code === "EXPORT_CUT") return EXIT.UNREACHABLE;
  if (code === "JOURNAL_NOT_WRITABLE" || code === "JOURNAL_BROKEN") return EXIT.INTERNAL;
  if (["STALE_SCHEMA", "EXPORT_DIFFERS", "NOT_PROVEN"].includes(code)) return EXIT.REFUSED;
  if (code === "GATEWAY_ANSWER" || code === "DIFFERENT_COUNT") return EXIT.INTERNAL;
  return EXIT.USAGE;
}
