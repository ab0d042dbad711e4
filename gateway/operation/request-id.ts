import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** Long enough to be rare, short and plain enough to stand in every line of a log. */
const SANE = /^[A-Za-z0-9][\w.:-]{7,63}$/;

/** The request's id through all services: the client's own `x-request-id` where it is sane. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && SANE.test(given) ? given : randomUUID();
}
