import type { FileHandle } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { digestField } from "../../shared/graph/exports-server.ts";
import type { ExportEnd } from "../../shared/graph/subgraph-service.ts";
import type { ExportRecord } from "./export-record.store.ts";
import type { BegunExport } from "./exports.ts";
import { EXPORTS } from "./limits.ts";
import { fileName } from "./manifest.ts";

export const FILES_PATH = "/exports/files/";

type Headers = Record<string, string | number>;

/** What is said of an export before its bytes. Its id is its tag: its bytes never change. */
function headersOf(record: ExportRecord): Headers {
  const { exportId, contentType, moment, expectedRows, isKept } = record;
  return {
    "content-type": contentType,
    "content-disposition": `attachment; filename="${fileName(record)}"`,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    link: `<${FILES_PATH}${exportId}/manifest.json>; rel="describedby"`,
    "export-id": exportId,
    "export-moment": moment,
    "expected-rows": expectedRows,
    ...(isKept && { etag: `"${exportId}"`, "accept-ranges": "bytes" }),
  };
}

function endOf({ rows, sha256 }: ExportEnd): Record<string, string> {
  return { "row-count": String(rows), "repr-digest": digestField(sha256) };
}

/**
 * Sends an export while it is being written. It ends with its count and its hash, or without the
 * last chunk: then its reader knows that it is not whole.
 */
export async function sendExport(
  { record, spooled }: BegunExport,
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  if (response.destroyed) return spooled.leave();
  const head = { ...headers, ...headersOf(record) };
  // HTTP/1.0 has no chunks: there only a length says what is whole.
  const isChunked = response.req.httpVersion !== "1.0";
  try {
    if (isChunked) response.writeHead(200, { ...head, trailer: "Row-Count, Repr-Digest" });
    else {
      const end = await spooled.end;
      response.writeHead(200, { ...head, ...endOf(end), "content-length": end.bytes });
    }
    await sendAll(spooled.follow(), response);
    const end = await spooled.end;
    if (isChunked) response.addTrailers(endOf(end));
    response.end();
  } catch {
    // Why, stands in the log.
    response.destroy();
    await spooled.leave();
  }
}

/** A range of a whole file, as it was asked for. */
interface Range {
  first: number;
  /** The byte behind the last one. */
  end: number;
}

/** Sends a whole file, or the range of it that is asked for. */
export async function sendFile(
  { record, end, file }: { record: ExportRecord; end: ExportEnd; file: FileHandle },
  request: IncomingMessage,
  { response, headers }: { response: ServerResponse; headers: Readonly<Record<string, string>> },
): Promise<void> {
  const head: Headers = { ...headers, ...headersOf(record), ...endOf(end) };
  const { bytes } = end;
  try {
    const range = rangeOf(request, `"${record.exportId}"`, bytes);
    if (range === "BEYOND") {
      response.writeHead(416, {
        ...{ ...head, "content-length": 0 },
        "content-range": `bytes */${bytes}`,
      });
      response.end();
      return;
    }
    const { first, end: behind } = range ?? { first: 0, end: bytes };
    response.writeHead(range ? 206 : 200, {
      ...head,
      "content-length": behind - first,
      ...(range && { "content-range": `bytes ${first}-${behind - 1}/${bytes}` }),
    });
    if (request.method !== "HEAD") await sendAll(piecesOf(file, first, behind), response);
    response.end();
  } catch {
    response.destroy();
  } finally {
    await file.close();
  }
}

/** RFC 9110, 14: one range of bytes, where the file is still what the reader has a part of. */
function rangeOf(
  { headers }: IncomingMessage,
  etag: string,
  bytes: number,
): Range | null | "BEYOND" {
  const { range = "" } = headers;
  const condition = headers["if-range"];
  if (condition !== undefined && condition !== etag) return null;
  const [, from = "", to = ""] = /^bytes=(\d{0,16})-(\d{0,16})$/.exec(range) ?? [];
  // What is no range, or several of them, may be answered with the whole.
  if (from === "" && to === "") return null;
  if (from === "") {
    return to === "0" ? "BEYOND" : { first: Math.max(0, bytes - Number(to)), end: bytes };
  }
  const first = Number(from);
  if (to !== "" && Number(to) < first) return null;
  if (first >= bytes) return "BEYOND";
  return { first, end: to === "" ? bytes : Math.min(bytes, Number(to) + 1) };
}

/** Each piece is valid until the next one is asked for. */
async function* piecesOf(file: FileHandle, first: number, end: number): AsyncGenerator<Buffer> {
  const room = Buffer.allocUnsafe(EXPORTS.readBytes);
  for (let at = first; at < end; ) {
    const size = Math.min(EXPORTS.readBytes, end - at);
    const { bytesRead } = await file.read(room, 0, size, at);
    if (bytesRead === 0) throw new Error("a file is shorter than it was");
    at += bytesRead;
    yield room.subarray(0, bytesRead);
  }
}

/** Writes as fast as the reader reads; rejects where he goes away, or is all too slow. */
async function sendAll(pieces: AsyncIterable<Buffer>, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  if (response.destroyed) gone.abort();
  const began = performance.now();
  let bytes = 0;
  for await (const piece of pieces) {
    gone.signal.throwIfAborted();
    bytes += piece.length;
    const mostMs = EXPORTS.readMs + (bytes / EXPORTS.bytesPerSecond) * 1_000;
    if (performance.now() - began > mostMs) throw new Error("an export is read too slowly");
    await written(response, piece, gone.signal);
  }
}

/** Resolves once the system has the bytes, so that others may stand in their place. */
function written(response: ServerResponse, piece: Buffer, gone: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const left = () => reject(new Error("the reader has gone"));
    gone.addEventListener("abort", left, { once: true });
    response.write(piece, (error) => {
      gone.removeEventListener("abort", left);
      if (error) reject(error);
      else resolve();
    });
  });
}
