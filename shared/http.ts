import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";

/** A request's body, or why there is none: it is larger, or the client went away while it sent. */
export type ReadBody = Buffer | "TOO_LARGE" | "CUT_OFF";

/** Reads a request's whole body. */
export function readBody(request: IncomingMessage, mostBytes: number): Promise<ReadBody> {
  return new Promise((resolve) => {
    if (Number(request.headers["content-length"] ?? 0) > mostBytes) return resolve("TOO_LARGE");
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      // What still comes is read on and dropped, until the answer has ended the connection.
      if (bytes > mostBytes) resolve("TOO_LARGE");
      else chunks.push(chunk);
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", () => resolve("CUT_OFF"));
    request.once("close", () => resolve("CUT_OFF"));
  });
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
 * A client that keeps its connection busy asks again within this time, and is told then that the
 * connection ends. An idle one that were closed at once could have a request on its way already.
 */
const IDLE_GRACE_MS = 300;

/**
 * Follows a server's connections, so that it can end without failing anybody: whoever asks while
 * it ends is answered, and told not to ask again on that connection. Node itself would close idle
 * connections under a request that is on its way, and wait for those on which none ever comes.
 */
export function followConnections(server: Server): CloseServer {
  const answers = new Map<Socket, Set<ServerResponse>>();
  let isClosing = false;
  server.on("connection", (socket: Socket) => {
    answers.set(socket, new Set());
    socket.once("close", () => answers.delete(socket));
  });
  // Before whoever answers: the header must be there when the answer begins.
  server.prependListener("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    const ofSocket = answers.get(socket);
    ofSocket?.add(response);
    response.once("close", () => ofSocket?.delete(response));
    if (isClosing) response.setHeader("connection", "close");
  });
  return async (mostMs) => {
    isClosing = true;
    for (const response of [...answers.values()].flatMap((each) => [...each])) {
      if (!response.headersSent) response.setHeader("connection", "close");
    }
    // What came before has been read then, and connections that waited have been accepted.
    await new Promise((resolve) => setImmediate(resolve));
    const closed = new Promise<void>((resolve) => {
      NetServer.prototype.close.call(server, () => resolve());
    });
    const idle = setTimeout(() => endIdle(answers), IDLE_GRACE_MS);
    const cut = setTimeout(() => server.closeAllConnections(), mostMs);
    await closed;
    // Ends Node's own timer, which looks for slow clients.
    server.close(() => undefined);
    clearTimeout(idle);
    clearTimeout(cut);
  };
}

/** Ends connections that ask nothing now, and the others once they are answered. */
function endIdle(answers: ReadonlyMap<Socket, ReadonlySet<ServerResponse>>): void {
  for (const [socket, ofSocket] of answers) {
    if (ofSocket.size === 0) socket.destroy();
    for (const response of ofSocket) response.once("close", () => socket.destroySoon());
  }
}
