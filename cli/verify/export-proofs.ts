import { canonicalJson } from "../../shared/ledger/canonical-json.ts";
import type { Policy } from "../../shared/ledger/policy.ts";
import { type ProvenContent, verifyProof } from "../../shared/proof/verify-proof.ts";
import { CliError } from "../cli-error.ts";
import type { Manifest } from "../export/manifest.ts";
import { type ExportRow, readExportRows } from "./export-rows.ts";
import { timeText } from "./proof-report.ts";

/** The column of an export that has each row's proof. */
export const PROOF_COLUMN = "proof";

/** What the proofs of an export show. */
export interface ProvenExport {
  rows: number;
  /** Rows that were not in the log yet when they were exported. */
  withoutProof: number;
  origins: readonly string[];
  /** By when the last of them was witnessed; null where no witness was asked for. */
  witnessedBy: string | null;
  /** The smallest newer tree that all of them lead to; null where one of them leads to none. */
  until: string | null;
}

/** Columns whose text is in the log as a commitment only: nobody can compare it. */
export const COMMITTED_COLUMNS: readonly string[] = ["actor", "operator", "reason"];

/**
 * Verifies the proof of every row, and that the row says what is proven. Throws NOT_PROVEN with the
 * number of the first row that does not.
 */
export async function verifyExportProofs(
  file: string,
  manifest: Manifest,
  policy: Policy,
): Promise<ProvenExport> {
  const columns = manifest.columns.filter(({ name }) => name !== PROOF_COLUMN);
  const origins = new Set<string>();
  let [rows, withoutProof] = [0, 0];
  let last: bigint | null = null;
  let until: bigint | null | undefined;
  for await (const row of readExportRows(file, manifest.format)) {
    rows++;
    const text = row.get(PROOF_COLUMN);
    if (text === null || text === undefined || text === "") {
      withoutProof++;
      continue;
    }
    const verdict = verifyProof(String(text), policy);
    if (!verdict.proven) throw notProven(file, rows, `${verdict.fault}: ${verdict.reason}`);
    const differing = columns.find((column) => !agrees(column, row, verdict));
    if (differing) {
      throw notProven(file, rows, `${differing.name} is not what its proof is of`);
    }
    origins.add(verdict.origin);
    if (verdict.witnessedAt !== null && verdict.witnessedAt > (last ?? -1n))
      last = verdict.witnessedAt;
    const reached = verdict.until?.size ?? null;
    until =
      until === undefined || reached === null
        ? reached
        : until && (reached < until ? reached : until);
  }
  return {
    ...{ rows, withoutProof, origins: [...origins] },
    witnessedBy: last === null ? null : timeText(last),
    until: until == null ? null : String(until),
  };
}

type Column = Manifest["columns"][number];

function notProven(file: string, row: number, reason: string): CliError {
  return new CliError("NOT_PROVEN", `${file}, row ${row}: ${reason}`);
}

function agrees({ name, type }: Column, row: ExportRow, proven: ProvenContent): boolean {
  if (COMMITTED_COLUMNS.includes(name)) return true;
  const expected = provenValue(name, proven);
  const found = row.get(name);
  if (type === "json" && typeof found === "string") return said(fromJson(found)) === said(expected);
  // What a spreadsheet would take for a formula has an apostrophe before it in CSV.
  const disarmed = /^[=+\-@\t\r]/.test(said(expected)) ? `'${said(expected)}` : null;
  return said(found) === said(expected) || said(found) === disarmed;
}

function provenValue(name: string, { entry, content }: ProvenContent): unknown {
  if (name === "recordedAt") return entry.at;
  if (name === "revision") return Number(entry.id.split("/").at(-1));
  if (name === "effectiveAt") return content.effectiveAt ?? entry.at;
  if (name === "attributes") return content.attributes ?? {};
  if (name.startsWith("attributes.")) {
    const attributes = (content.attributes ?? {}) as Record<string, unknown>;
    return attributes[name.slice("attributes.".length)] ?? null;
  }
  return content[name] ?? null;
}

/** The text of a value as CSV has it; of what is JSON, in its canonical form. */
function said(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? canonicalJson(value) : String(value);
}

/** A cell of JSON as the value that it says, where it says one. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
