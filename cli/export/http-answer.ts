import { type Agent, type IncomingMessage, request as plain } from "node:http";
import { request as secure } from "node:https";
import { text } from "node:stream/consumers";

const SILENCE_MS = 60_000;

export interface Sent {
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** Keeps connections; without it each request has one of its own. */
  agent?: Agent;
  /** How long nothing may come. */
  silenceMs?: number;
  /** Ends it, also within its answer. */
  signal?: AbortSignal;
}

/**
 * An answer with its trailers, which `fetch` does not tell. Rejects where nobody answers; a body that
 * is cut tells so by `complete`.
 */
export function openAnswer(
  url: string,
  { headers, body, agent, silenceMs = SILENCE_MS, signal }: Sent,
): Promise<IncomingMessage> {
  const request = url.startsWith("https:") ? secure : plain;
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        method: body === undefined ? "GET" : "POST",
        headers,
        agent: agent ?? false,
        ...(signal && { signal }),
      },
      (answer) => {
        answer.setTimeout(silenceMs, () => answer.destroy(new Error("nothing came any more")));
        resolve(answer);
      },
    );
    const late = `no answer in ${silenceMs / 1_000} s`;
    asked.setTimeout(silenceMs, () => asked.destroy(new Error(late)));
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
