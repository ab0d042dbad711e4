import { canonicalJson } from "../../shared/ledger/canonical-json.ts";
import type { Policy } from "../../shared/ledger/policy.ts";
import { type ProvenContent, verifyProof } from "../../shared/proof/verify-proof.ts";
import { CliError } from "../cli-error.ts";
import type { Manifest } from "../export/manifest.ts";
import { plural, printable } from "../output.ts";
import { type ExportRow, readExportRows } from "./export-rows.ts";
import { timeText } from "./proof-report.ts";
import { repeatedMember } from "./repeated-member.ts";
import { SeenPlaces } from "./seen-places.ts";

/** The column of an export that has each row's proof. */
export const PROOF_COLUMN = "proof";

/** What the proofs of an export show. */
export interface ProvenExport {
  rows: number;
  /** Rows that were not in the log yet when they were exported. */
  withoutProof: number;
  origins: readonly string[];
  /** Whose record the rows are of, as their entries say. */
  tenants: readonly string[];
  /** By when the last of them was witnessed; null where no witness was asked for. */
  witnessedBy: string | null;
  /** The smallest newer tree that all of them lead to; null where one of them leads to none. */
  until: string | null;
}

/** Columns whose text is in the log as a commitment only: nobody can compare it. */
export const COMMITTED_COLUMNS: readonly string[] = ["actor", "operator", "reason"];
/** Columns that CSV has as JSON. Nobody signs the manifest: its word on this counts for nothing. */
const JSON_COLUMNS: readonly string[] = ["attributes", "changed"];

/**
 * Verifies the proof of every row, and that all that the row says is proven. Throws NOT_PROVEN with
 * the number of the first row that does not, that shows what another row has shown, or that has
 * other columns than the manifest.
 */
export async function verifyExportProofs(
  file: string,
  manifest: Manifest,
  policy: Policy,
): Promise<ProvenExport> {
  const named = new Set(manifest.columns.map(({ name }) => name));
  const seen = new SeenPlaces();
  const [origins, tenants] = [new Set<string>(), new Set<string>()];
  let [rows, withoutProof] = [0, 0];
  let last: bigint | null = null;
  let until: bigint | null | undefined;
  for await (const row of readExportRows(file, manifest.format)) {
    rows++;
    const unnamed = [...row.keys()].find((name) => !named.has(name));
    if (unnamed !== undefined) throw notProven(file, rows, `the manifest names no ${unnamed}`);
    const proof = said(row.get(PROOF_COLUMN));
    if (proof === "") {
      withoutProof++;
      continue;
    }
    const verdict = verifyProof(proof, policy);
    if (!verdict.proven) throw notProven(file, rows, `${verdict.fault}: ${verdict.reason}`);
    const fault = faultOf(row, { named, verdict, seen });
    if (fault !== null) throw notProven(file, rows, fault);
    origins.add(verdict.origin);
    tenants.add(verdict.entry.tenant);
    if (verdict.witnessedAt !== null && verdict.witnessedAt > (last ?? -1n))
      last = verdict.witnessedAt;
    const reached = verdict.until?.size ?? null;
    until =
      until === undefined || reached === null
        ? reached
        : until && (reached < until ? reached : until);
  }
  return {
    ...{ rows, withoutProof, origins: [...origins], tenants: [...tenants] },
    witnessedBy: last === null ? null : timeText(last),
    until: until == null ? null : String(until),
  };
}

/** What is proven of an export, for a person. */
export function provenExportLines(file: string, proven: ProvenExport): string[] {
  const { rows, withoutProof, origins, tenants, witnessedBy, until } = proven;
  return [
    `PROVEN: ${plural(rows - withoutProof, "row")} of ${file}`,
    `  each row says what stands in the log ${origins.join(" and ")}, but for ${COMMITTED_COLUMNS.join(", ")}, which are commitments there`,
    `  as the record of the tenant ${tenants.join(" and ")}`,
    ...(witnessedBy === null
      ? []
      : [`  all of it in the log by ${witnessedBy}, say the witnesses`]),
    ...(until === null
      ? []
      : [`  the log of ${until} entries still begins with all that was there then`]),
    "  not proven: that no row is missing, that nothing was recorded afterwards, and that what was",
    "  recorded was true",
    ...(withoutProof === 0
      ? []
      : [
          `NOT PROVEN: ${plural(withoutProof, "row")} without a proof, too new when it was exported`,
        ]),
  ];
}

function notProven(file: string, row: number, reason: string): CliError {
  return new CliError("NOT_PROVEN", `${file}, row ${row}: ${printable(reason)}`);
}

/** What is wrong with a row that has a proof; null: nothing. Every export has a revision once. */
function faultOf(
  row: ExportRow,
  facts: { named: ReadonlySet<string>; verdict: ProvenContent; seen: SeenPlaces },
): string | null {
  const { named, verdict, seen } = facts;
  const { entry, origin, index } = verdict;
  if (entry.type !== "REVISION") return `its proof is of the entry ${entry.id}`;
  // A column that the row leaves out says that there is no value.
  const differing = [...named].find((name) => name !== PROOF_COLUMN && !agrees(name, row, verdict));
  if (differing !== undefined) return `${differing} is not what its proof is of`;
  return seen.isNew(origin, index) ? null : `it is a row of before, entry ${entry.id}`;
}

function agrees(name: string, row: ExportRow, proven: ProvenContent): boolean {
  const expected = provenValue(name, proven);
  const found = row.get(name);
  if (COMMITTED_COLUMNS.includes(name)) return (said(found) === "") === (said(expected) === "");
  if (JSON_COLUMNS.includes(name) && typeof found === "string") {
    return said(fromJson(found)) === said(expected);
  }
  // What a spreadsheet would take for a formula has an apostrophe before it in CSV.
  const disarmed = /^[=+\-@\t\r]/.test(said(expected)) ? `'${said(expected)}` : null;
  return said(found) === said(expected) || said(found) === disarmed;
}

function provenValue(name: string, { entry, content }: ProvenContent): unknown {
  if (name === "recordedAt") return entry.at;
  if (name === "actor") return entry.actor;
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
    const value: unknown = JSON.parse(text);
    return repeatedMember(text) === null ? value : text;
  } catch {
    return text;
  }
}
