import type { ExportFormat } from "../../shared/export/export-format.ts";
import { CliError } from "../cli-error.ts";

/** What can be exported, as `tracegraph export` names it. */
export const EXPORTED = [
  "devices",
  "revisions",
  "group",
  "scope",
  "recall",
  "components",
  "ownerships",
] as const;

/** The command line's words for an export. */
export interface ExportWords {
  what: string;
  id: string | undefined;
  format: ExportFormat;
  columns?: string;
  /** Of revisions: those of one device. */
  serial?: string;
  /** A column with each row's proof. */
  proofs?: boolean;
  field?: string;
  value?: string;
  ever?: boolean;
  knownAt?: string;
  keepFormulas?: boolean;
  /** Criteria as given, for a scope. */
  criteria?: unknown;
}

/** How the gateway is asked for it. */
export interface ExportQuestion {
  path: string;
  body: string | null;
}

export function exportQuestion(words: ExportWords): ExportQuestion {
  const { what, id, format, serial, proofs, keepFormulas } = words;
  if (!(EXPORTED as readonly string[]).includes(what)) {
    throw new CliError("USAGE", `${what} cannot be exported, only ${EXPORTED.join(", ")}`);
  }
  if ((id !== undefined) !== (what === "recall")) {
    throw new CliError("USAGE", what === "recall" ? "name the recall's id" : `${what} has no id`);
  }
  if (serial !== undefined && what !== "revisions") {
    throw new CliError("USAGE", "--serial is of revisions");
  }
  const columns = proofs ? `${words.columns ?? "*"},proof` : words.columns;
  const search = new URLSearchParams({
    ...(columns !== undefined && { columns }),
    ...(serial !== undefined && { serialNumber: serial }),
    ...(keepFormulas && { formulas: "keep" }),
    ...(what === "group" && groupOf(words)),
  });
  const name = id === undefined ? what : `${what}/${encodeURIComponent(id)}`;
  const path = `/exports/${name}.${format}${search.size > 0 ? `?${search}` : ""}`;
  return { path, body: what === "scope" ? scopeOf(words) : null };
}

function groupOf({ field, value, ever }: ExportWords): Record<string, string> {
  if (field === undefined || value === undefined) {
    throw new CliError("USAGE", "a group has a --field and a --value");
  }
  return { field, value, membership: ever ? "EVER" : "CURRENT" };
}

function scopeOf({ criteria, knownAt }: ExportWords): string {
  if (criteria === undefined) throw new CliError("USAGE", "a scope has --criteria");
  return JSON.stringify({ criteria, ...(knownAt !== undefined && { knownAt }) });
}
