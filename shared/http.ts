import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

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

/** Ends a server; what was in flight is finished unless it takes longer than this. */
export type CloseServer = (mostMs: number) => Promise<void>;

/**
 * Follows a server's connections, so that it can end without waiting for those that ask nothing:
 * Node itself would wait for a connection on which no request ever came.
 */
export function followConnections(server: Server): CloseServer {
  const inFlight = new Map<Socket, number>();
  let isClosing = false;
  const change = (socket: Socket, by: number): void => {
    const count = (inFlight.get(socket) ?? 0) + by;
    if (inFlight.has(socket)) inFlight.set(socket, count);
    if (isClosing && count === 0) socket.destroySoon();
  };
  server.on("connection", (socket: Socket) => {
    inFlight.set(socket, 0);
    socket.once("close", () => inFlight.delete(socket));
  });
  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    change(socket, 1);
    response.once("close", () => change(socket, -1));
  });
  return async (mostMs) => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    isClosing = true;
    for (const [socket, count] of inFlight) if (count === 0) socket.destroy();
    const cut = setTimeout(() => server.closeAllConnections(), mostMs);
    await closed;
    clearTimeout(cut);
  };
}
