import { type IncomingMessage, request as plain } from "node:http";
import { request as secure } from "node:https";
import { text } from "node:stream/consumers";

/** How long nothing may come. */
const SILENCE_MS = 60_000;

export interface Sent {
  headers: Readonly<Record<string, string>>;
  body?: string;
}

/**
 * An answer with its trailers, which `fetch` does not tell. Rejects where nobody answers; a body that
 * is cut tells so by `complete`.
 */
export function openAnswer(url: string, { headers, body }: Sent): Promise<IncomingMessage> {
  const request = url.startsWith("https:") ? secure : plain;
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method: body === undefined ? "GET" : "POST", headers, agent: false },
      (answer) => {
        answer.setTimeout(SILENCE_MS, () => answer.destroy(new Error("nothing came any more")));
        resolve(answer);
      },
    );
    asked.setTimeout(SILENCE_MS, () => asked.destroy(new Error("no answer in time")));
    asked.once("error", reject);
    asked.end(body);
  });
}

/** The JSON of a short answer; null where it is none. */
export async function jsonOf(answer: IncomingMessage): Promise<unknown> {
  try {
    return JSON.parse(await text(answer));
  } catch {
    return null;
  }
}
