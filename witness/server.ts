import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { followConnections, readBody } from "../shared/http.ts";
import { log } from "../shared/log.ts";
import { WITNESS_LIMITS } from "./limits.ts";
import type { Witness, WitnessAnswer } from "./service.ts";

export interface WitnessServer {
  url: string;
  close(): Promise<void>;
}

const PLAIN = "text/plain; charset=utf-8";

/** Serves a witness over HTTP: `POST /add-checkpoint` and `GET /<hex sha256(origin)>/checkpoint`. */
export async function serveWitness(
  witness: Witness,
  { host, port }: { host: string; port: number },
): Promise<WitnessServer> {
  let running = 0;
  const server = createServer({ connectionsCheckingInterval: 1_000 }, (request, response) => {
    running++;
    answered(witness, request, running)
      .then((told) => send(request, response, told))
      .finally(() => {
        running--;
      })
      .catch(() => response.destroy());
  });
  server.requestTimeout = WITNESS_LIMITS.requestTimeoutMs;
  server.headersTimeout = WITNESS_LIMITS.headersTimeoutMs;
  server.keepAliveTimeout = WITNESS_LIMITS.keepAliveTimeoutMs;
  server.maxConnections = WITNESS_LIMITS.connections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const closeServer = followConnections(server);
  const address = server.address();
  const bound = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    close: () => closeServer(WITNESS_LIMITS.closeMs),
  };
}

/** Never rejects: whatever could not be kept durably was not signed either. */
async function answered(
  witness: Witness,
  request: IncomingMessage,
  running: number,
): Promise<WitnessAnswer> {
  if (running > WITNESS_LIMITS.requestsRunning) return { status: 503, body: "busy\n" };
  try {
    return await answer(witness, request);
  } catch (error) {
    log("ERROR", "witness-failed", { reason: String(error) });
    return { status: 500, body: "" };
  }
}

async function answer(witness: Witness, request: IncomingMessage): Promise<WitnessAnswer> {
  const [path = ""] = (request.url ?? "").split("?", 1);
  if (path === "/add-checkpoint") {
    if (request.method !== "POST") return { status: 405, body: "POST it\n" };
    const body = await readBody(request, WITNESS_LIMITS.bodyBytes);
    if (body === "TOO_LARGE") return { status: 413, body: "too large\n" };
    if (body === "CUT_OFF") return { status: 400, body: "cut off\n" };
    return witness.addCheckpoint(body);
  }
  if (request.method !== "GET") return { status: 404, body: "not found\n" };
  const [, key] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path) ?? [];
  if (key !== undefined) return witness.checkpoint(key);
  if (path === "/") return { status: 200, body: `${witness.verifierKey}\n` };
  return { status: 404, body: "not found\n" };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, contentType = PLAIN }: WitnessAnswer,
): void {
  response.writeHead(status, {
    "content-type": contentType,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(!request.complete && { connection: "close" }),
  });
  response.end(body);
}
