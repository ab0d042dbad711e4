import type { IncomingHttpHeaders } from "node:http";
import type { Caller } from "../../shared/caller.ts";
import { GATEWAY_LIMITS } from "../limits.ts";
import type { RegisteredClient, Registry } from "../registry/registry.ts";
import type { TokenCheck } from "./token-check.ts";

/** The one answer to everybody who is not known, whatever the reason. */
export const UNAUTHENTICATED = {
  status: 401,
  headers: { "www-authenticate": "Bearer" },
  message: "send a valid bearer token or API key",
} as const;

/** Who asks, and as which of the clients that are known here. */
export interface Arrival {
  caller: Caller;
  /** null: a program that nobody has registered. */
  client: RegisteredClient | null;
}

export interface Doorkeeper {
  check: TokenCheck;
  registry: Registry;
}

/** API keys begin so; no token does. */
const API_KEY = /^tgk_/;

/**
 * Who sends a request, or null. Only the token or the API key says who asks; of the other headers
 * `x-tenant` alone is read, and chooses among the tenants that the token names.
 */
export async function authenticate(
  headers: IncomingHttpHeaders,
  { check, registry }: Doorkeeper,
): Promise<Arrival | null> {
  const credential = credentialOf(headers);
  if (credential === null) return null;
  const asked = headers["x-tenant"];
  if (API_KEY.test(credential)) {
    const client = await registry.clientOfKey(credential);
    if (!client || (asked !== undefined && asked !== client.tenant)) return null;
    return { caller: callerOf(client), client };
  }
  if (headers["x-api-key"] !== undefined) return null;
  const said = await check(credential);
  if (!said) return null;
  const tenant = asked === undefined ? said.tenants[0] : asked;
  if (typeof tenant !== "string" || !said.tenants.includes(tenant)) return null;
  const { subject, roles, client: name } = said;
  const client = name === null ? null : await registry.client(tenant, name);
  // Whoever was shut out stays out, whatever an issuer still says of him.
  if (client && !client.isActive) return null;
  // A partner's program is a partner, whoever uses it and whatever an issuer says of him.
  const held = client?.kind === "PARTNER" ? client.roles : roles;
  return { caller: { subject, tenant, roles: held, client: name }, client };
}

/** The one token or API key of a request; null where there is none, or more than one. */
export function credentialOf(headers: IncomingHttpHeaders): string | null {
  const [, bearer] = /^Bearer ([\w.~+/=-]+)$/i.exec(headers.authorization ?? "") ?? [];
  const key = headers["x-api-key"];
  if (bearer !== undefined && key !== undefined) return null;
  const credential = bearer ?? key;
  if (typeof credential !== "string" || credential === "") return null;
  return credential.length > GATEWAY_LIMITS.tokenCharacters ? null : credential;
}

function callerOf({ tenant, name, roles }: RegisteredClient): Caller {
  return { subject: `client:${name}`, tenant, roles, client: name };
}
