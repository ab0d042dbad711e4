import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { DomainError } from "../domain-error.ts";
import { isExportFormat } from "../export/export-format.ts";
import { EXPORT_LIMITS } from "../export/limits.ts";
import { sendJson } from "../http.ts";
import { SeenDevices } from "./seen-devices.ts";
import type { Vouched } from "./service-token.ts";
import type { ExportQuestion, SubgraphService } from "./subgraph-service.ts";

/** The route on which the gateway reads exports. */
export const EXPORTS_PATH = "/exports";
/** A refusal by the rules, as the gateway tells it on. */
export const REFUSED_STATUS = 422;

/** What the gateway asks with; null where it is something else. */
export function readExportRequest(body: object): ExportQuestion | null {
  const { export: asked } = body as { export?: unknown };
  if (typeof asked !== "object" || asked === null) return null;
  const { what, columns, format, selection, keepsFormulas } = asked as Partial<ExportQuestion>;
  if (typeof what !== "string" || !isExportFormat(format)) return null;
  if (typeof selection !== "object" || selection === null || Array.isArray(selection)) return null;
  if (columns !== null && !isListOfNames(columns)) return null;
  return { what, columns, format, selection, keepsFormulas: keepsFormulas === true };
}

function isListOfNames(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= EXPORT_LIMITS.columnsAsked &&
    value.every((name) => typeof name === "string")
  );
}

/**
 * Streams an export: a first line of JSON says what it is, then come its bytes; the trailers say how
 * many rows they are and what their hash is. An export that fails is cut, without either.
 */
export async function streamExport(
  begin: NonNullable<SubgraphService["export"]>,
  { caller, requestId, question }: Vouched & { question: ExportQuestion },
  { response, closing }: { response: ServerResponse; closing: AbortSignal },
): Promise<void> {
  const seen = new SeenDevices();
  let started: Awaited<ReturnType<typeof begin>>;
  try {
    started = await begin(caller, question, { requestId, seen });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { code, message, details } = error;
    return sendJson(response, REFUSED_STATUS, { code, message, details });
  }
  const { body, end, ...head } = started;
  const cut = () => body.destroy();
  response.once("close", cut);
  closing.addEventListener("abort", cut, { once: true });
  try {
    if (response.closed || closing.aborted) throw new Error("nobody reads the export");
    response.writeHead(200, {
      "content-type": "application/octet-stream",
      "cache-control": "no-store",
      trailer: "row-count, repr-digest",
    });
    response.write(`${JSON.stringify({ ...head, seen: seen.devices() })}\n`);
    for await (const piece of body as AsyncIterable<Buffer>) {
      if (!response.write(piece)) await once(response, "drain", { signal: closing });
    }
    const { rows, sha256 } = await end;
    response.addTrailers({ "row-count": String(rows), "repr-digest": digestField(sha256) });
    response.end();
  } catch {
    // What failed stands in the log already; the reader sees that the end is missing.
    body.destroy();
    response.destroy();
  } finally {
    closing.removeEventListener("abort", cut);
  }
}

/** The digest of what is sent, as RFC 9530 writes it. */
export function digestField(sha256: string): string {
  return `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:`;
}
