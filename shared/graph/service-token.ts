import { createHash, type KeyObject, randomUUID } from "node:crypto";
import { type Caller, type CallerRole, isRole, serviceCaller, TENANT_PATTERN } from "../caller.ts";
import { jwtReader, type SignedClaims, signJwt } from "./service-jwt.ts";

/** How long a service token lives: the time that a request may take on its way. */
export const SERVICE_TOKEN_SECONDS = 30;
const CLOCK_TOLERANCE_SECONDS = 5;
/** Ids of used tokens that are remembered; when so many are alive, new ones are refused. */
const USED_TOKENS_MOST = 200_000;

/** The issuer that vouches for callers. Every other issuer is a service that asks for itself. */
export const GATEWAY = "gateway";

/** Who asks, and within which request of a client: what a service token vouches for. */
export interface Vouched {
  caller: Caller;
  requestId: string;
  /** When the client gives up waiting: milliseconds since the epoch. */
  deadlineAt?: number;
}

/** Makes a token for one request body to one service. */
export type ServiceSigner = (audience: string, body: string, vouched: Vouched) => string;

/** Signs as this service, with its private Ed25519 key. */
export function serviceSigner(service: string, privateKey: KeyObject): ServiceSigner {
  return (audience, body, { caller, requestId, deadlineAt }) => {
    assertMayVouch(service, caller);
    const { subject, tenant, roles, client } = caller;
    const now = Math.floor(Date.now() / 1_000);
    return signJwt(service, privateKey, {
      iss: service,
      aud: audience,
      sub: subject,
      tenant,
      roles,
      client,
      rid: requestId,
      bh: bodyHash(body),
      dl: deadlineAt,
      jti: randomUUID(),
      iat: now,
      exp: now + SERVICE_TOKEN_SECONDS,
    });
  };
}

/** A token that was checked in everything but the body, which is read only then. */
export interface CheckedToken extends Vouched {
  /** Whether this is the body that was signed, asked for the first time. */
  admits(body: string | Buffer): boolean;
}
export type ServiceTokenCheck = (token: string) => CheckedToken | null;

/** Checks tokens for this audience. `trustedKeys`: the public key of each service that may ask. */
export function serviceTokenCheck(
  audience: string,
  trustedKeys: ReadonlyMap<string, KeyObject>,
): ServiceTokenCheck {
  const used = new UsedTokens();
  const read = jwtReader(trustedKeys);
  return (token) => {
    try {
      const signed = read(token);
      if (!signed || signed.claims.aud !== audience || !isOfNow(signed.claims)) return null;
      return checkedToken(signed, used);
    } catch {
      return null;
    }
  };
}

/** Whether a token's times are those of one that was made within its life, and has not ended. */
function isOfNow({ iat, exp, nbf = 0 }: SignedClaims["claims"]): boolean {
  if (typeof iat !== "number" || typeof exp !== "number" || typeof nbf !== "number") return false;
  const now = Math.floor(Date.now() / 1_000);
  const latest = now + CLOCK_TOLERANCE_SECONDS;
  const earliest = now - CLOCK_TOLERANCE_SECONDS;
  const hasBegun = iat <= latest && nbf <= latest;
  return hasBegun && exp > earliest && iat >= earliest - SERVICE_TOKEN_SECONDS;
}

function checkedToken({ issuer, claims }: SignedClaims, used: UsedTokens): CheckedToken | null {
  const { iss, sub, tenant, roles, client, rid, bh, jti, dl, exp, iat } = claims;
  if (iss !== issuer || Number(exp) - Number(iat) > SERVICE_TOKEN_SECONDS) return null;
  if (typeof jti !== "string" || typeof bh !== "string") return null;
  if (typeof sub !== "string" || typeof rid !== "string") return null;
  if (typeof tenant !== "string" || !TENANT_PATTERN.test(tenant)) return null;
  if (!Array.isArray(roles) || (client !== null && typeof client !== "string")) return null;
  const caller = { subject: sub, tenant, roles: roles as CallerRole[], client };
  assertMayVouch(issuer, caller);
  return {
    caller,
    requestId: rid,
    ...(typeof dl === "number" && { deadlineAt: dl }),
    admits: (body) => bodyHash(body) === bh && used.use(`${issuer} ${jti}`, Number(exp)),
  };
}

/** The gateway vouches for people, never for a service; a service vouches for itself alone. */
function assertMayVouch(issuer: string, { subject, tenant, roles }: Caller): void {
  const own = serviceCaller(issuer, tenant);
  const isAllowed =
    issuer === GATEWAY
      ? roles.every((role) => isRole(role))
      : subject === own.subject && roles.length === 1 && roles[0] === "service";
  if (!isAllowed) throw new Error(`${issuer} may not vouch for ${subject} as ${roles.join()}`);
}

function bodyHash(body: string | Buffer): string {
  return createHash("sha256").update(body).digest("base64url");
}

/** Remembers the ids of used tokens while they live. */
class UsedTokens {
  private readonly expiries = new Map<string, number>();

  /** false where the token was used before, or where too many are alive to remember one more. */
  use(id: string, expiresAtSeconds: number): boolean {
    this.forget(Date.now() / 1_000 - CLOCK_TOLERANCE_SECONDS);
    if (this.expiries.has(id) || this.expiries.size >= USED_TOKENS_MOST) return false;
    this.expiries.set(id, expiresAtSeconds);
    return true;
  }

  /** Tokens come in about the order in which they end, so the first one alive ends the search. */
  private forget(beforeSeconds: number): void {
    for (const [id, expiry] of this.expiries) {
      if (expiry >= beforeSeconds) return;
      this.expiries.delete(id);
    }
  }
}
