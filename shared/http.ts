import type { IncomingMessage, Server, ServerResponse } from "node:http";

/** Reads a request's whole body; null where it is larger, or the client went away. */
export async function readBody(
  request: IncomingMessage,
  mostBytes: number,
): Promise<Buffer | null> {
  if (Number(request.headers["content-length"] ?? 0) > mostBytes) return null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > mostBytes) return null;
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(text);
}

/** Accepts nothing more, lets what is in flight finish, and cuts off what takes longer. */
export async function closeHttpServer(server: Server, mostMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // A connection that was answered after close() began is idle only then.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), mostMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
