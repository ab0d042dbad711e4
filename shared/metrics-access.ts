import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** What is looked at of a request. */
interface Asked {
  headers: IncomingHttpHeaders;
  socket: { remoteAddress?: string | undefined };
}

/**
 * Whether a request may read the metrics: with METRICS_TOKEN whoever sends it, from anywhere;
 * without it whoever asks on this machine itself, and not through a proxy on it.
 */
export function mayReadMetrics({ headers, socket }: Asked, token: string | null): boolean {
  if (token !== null) {
    const [, sent = ""] = /^Bearer (\S+)$/i.exec(headers.authorization ?? "") ?? [];
    return timingSafeEqual(hashOf(sent), hashOf(token));
  }
  const isForwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"].some(
    (name) => name in headers,
  );
  return !isForwarded && /^(127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? "");
}

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** What METRICS_TOKEN says; null where it is not set. Throws where it is too short to be a secret. */
export function readMetricsToken(text: string | undefined): string | null {
  if (!text) return null;
  if (!/^[\x21-\x7e]{16,512}$/.test(text)) {
    throw new Error("METRICS_TOKEN must be 16 to 512 visible characters: openssl rand -hex 32");
  }
  return text;
}
