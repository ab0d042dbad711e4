import type { IncomingHttpHeaders } from "node:http";
import type { Caller } from "../../shared/caller.ts";
import { GATEWAY_LIMITS } from "../limits.ts";
import type { TokenCheck } from "./token-check.ts";

/** The one answer to everybody who is not known, whatever the reason. */
export const UNAUTHENTICATED = {
  status: 401,
  headers: { "www-authenticate": "Bearer" },
  body: {
    errors: [{ message: "send a valid bearer token", extensions: { code: "UNAUTHENTICATED" } }],
  },
} as const;

/**
 * The caller of a request, or null. Only the token says who asks; of the other headers
 * `x-tenant` alone is read, and chooses among the tenants that the token names.
 */
export async function authenticate(
  headers: IncomingHttpHeaders,
  check: TokenCheck,
): Promise<Caller | null> {
  const [, token] = /^Bearer ([\w.~+/=-]+)$/i.exec(headers.authorization ?? "") ?? [];
  if (!token || token.length > GATEWAY_LIMITS.tokenCharacters) return null;
  const bearer = await check(token);
  if (!bearer) return null;
  const asked = headers["x-tenant"];
  const tenant = asked === undefined ? bearer.tenants[0] : asked;
  if (typeof tenant !== "string" || !bearer.tenants.includes(tenant)) return null;
  const { subject, roles, client } = bearer;
  return { subject, tenant, roles, client };
}
