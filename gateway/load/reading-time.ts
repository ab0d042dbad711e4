import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { log } from "../../shared/log.ts";
import { GATEWAY_LIMITS } from "../limits.ts";

export interface ReadingTime {
  answerReadMs: number;
  answerBytesPerSecond: number;
}

/**
 * Ends the connection of whoever does not read an answer in the time that its size allows. Somebody
 * who takes a little now and then is never silent, and the whole answer is held for him meanwhile.
 */
export function boundReading(server: Server, limits: ReadingTime = GATEWAY_LIMITS): void {
  const { answerReadMs, answerBytesPerSecond } = limits;
  server.prependListener("request", (_: IncomingMessage, response: ServerResponse) => {
    // All of the answer was written, and what the network did not take at once is counted here. An
    // answer that waits behind another on its connection says so when its turn has come.
    response.once("prefinish", () => {
      const bytes = response.writableLength;
      if (bytes === 0) return;
      const { socket } = response.req;
      const mostMs = answerReadMs + Math.ceil(bytes / answerBytesPerSecond) * 1_000;
      const timer = setTimeout(() => {
        log("INFO", "answer-unread", { id: response.getHeader("x-request-id"), bytes, mostMs });
        socket.destroy();
      }, mostMs);
      response.once("close", () => clearTimeout(timer));
    });
  });
}
