import type { Caller, CallerRole } from "../../shared/caller.ts";
import type { ExportEnd } from "../../shared/graph/subgraph-service.ts";
import type { KnownExport } from "./export-record.store.ts";

/** Who may see what anybody exported, though not the bytes. */
const SUPERVISORS: readonly CallerRole[] = ["compliance", "admin"];

/** Whether an export is the caller's own, and all that it took to make it is still granted to him. */
export function isOwn(
  { subject, client, roles }: Pick<KnownExport, "subject" | "client" | "roles">,
  caller: Caller,
): boolean {
  const held: readonly string[] = caller.roles;
  const isSame = subject === caller.subject && client === caller.client;
  return isSame && roles.every((role) => held.includes(role));
}

export function maySeeManifest(known: KnownExport, caller: Caller): boolean {
  return isOwn(known, caller) || caller.roles.some((role) => SUPERVISORS.includes(role));
}

/** What an export was, and what its bytes are known by. */
export function manifestOf(known: KnownExport, { rows, bytes, sha256 }: ExportEnd) {
  const { exportId, what, selection, columns, format, formulas, moment } = known;
  return {
    exportId,
    what,
    selection,
    moment,
    columns,
    rows,
    bytes,
    sha256,
    format,
    formulas,
    exportedAt: known.begunAt,
    exportedBy: known.subject,
    requestId: known.requestId,
  };
}

/** What a browser or curl saves an export as. */
export function fileName({
  what,
  format,
  moment,
}: Pick<KnownExport, "what" | "format" | "moment">) {
  return `${what}-${moment.slice(0, 19).replaceAll(":", "-")}Z.${format}`;
}
