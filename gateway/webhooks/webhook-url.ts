import { isIP } from "node:net";
import { DomainError } from "../../shared/domain-error.ts";
import { excerpt } from "../../shared/text.ts";
import type { AddressGuard } from "./address-guard.ts";
import { WEBHOOKS } from "./limits.ts";

/**
 * Reads where a webhook is sent: https, and http only to this machine where that is allowed. A name
 * is looked up, and its addresses are checked, at each connection and not here.
 */
export function readWebhookUrl(text: string, guard: AddressGuard): URL {
  if (text.length > WEBHOOKS.urlCharacters) {
    throw wrong(`a URL has at most ${WEBHOOKS.urlCharacters} characters`);
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    throw wrong(`${excerpt(text)} is no https URL`);
  }
  if (url.username !== "" || url.password !== "") {
    throw wrong("a URL with a password in it would be shown to whoever lists webhooks");
  }
  if (url.hash !== "") throw wrong("what stands behind # is never sent");
  const host = hostOf(url);
  if (isIP(host) !== 0 && !guard.isAllowed(host)) {
    throw wrong(`${host} is not an address of the internet, and not one that is allowed here`);
  }
  if (url.protocol === "http:" && !isLoopbackName(host) && !guard.isAllowedLoopback(host)) {
    throw wrong("use https: http goes to this machine alone, where its address is allowed");
  }
  return url;
}

/** The host of a URL as connections name it: an IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

/** Its addresses are checked when it is looked up. */
function isLoopbackName(host: string): boolean {
  return host === "localhost";
}

function wrong(message: string): DomainError {
  return new DomainError("BAD_USER_INPUT", message, { argument: "url" });
}
