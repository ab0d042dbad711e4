import type { KeyObject } from "node:crypto";
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { isRole, type Role, TENANT_PATTERN } from "../../shared/caller.ts";
import { log } from "../../shared/log.ts";
import { watchSize } from "../../shared/watched-sizes.ts";
import type { IssuerConfig } from "../config.ts";
import { GATEWAY_LIMITS } from "../limits.ts";
import { DEVELOPMENT_AUDIENCE, openDevelopmentIssuer } from "./development-issuer.ts";

/** What a token says about its bearer. */
export interface Bearer {
  subject: string;
  tenants: readonly string[];
  roles: readonly Role[];
  client: string | null;
}

/** Answers a token's bearer, or null where it is not to be believed, for whatever reason. */
export type TokenCheck = (token: string) => Promise<Bearer | null>;

/** The issuer's keys cannot be had now: not the bearer's fault. */
export class IssuerUnreachableError extends Error {
  override name = "IssuerUnreachableError";
}

const CLOCK_TOLERANCE_SECONDS = 5;
const SUBJECT_CHARACTERS = 256;
const TENANTS_OF_A_TOKEN = 100;
/**
 * What we call services of ours, who comes with a client's key, whom we send events to, and who is
 * not named: no issuer's word to give.
 */
const OUR_SUBJECTS = /^(?:(?:service|client|webhook|owner|person|erased):|gateway$)/;
/** A token that brings its own key, or says where to fetch it, would vouch for itself. */
const FORBIDDEN_HEADERS = ["jku", "jwk", "x5u", "x5c", "crit"];

interface Trust {
  key: KeyObject | JWTVerifyGetKey;
  algorithms: string[];
  issuer: string;
  audience: string;
}

/** The check of tokens of the configured issuer. */
export async function tokenCheck(config: IssuerConfig): Promise<TokenCheck> {
  const trust = await trustOf(config);
  const find: JWTVerifyGetKey = async (header, token) => {
    if (FORBIDDEN_HEADERS.some((name) => name in header)) throw new errors.JWTInvalid("header");
    if (typeof trust.key !== "function") return trust.key;
    try {
      return await trust.key(header, token);
    } catch (error) {
      return explainKeyFailure(error);
    }
  };
  const { algorithms, issuer, audience } = trust;
  return remembering(async (token) => {
    try {
      const { payload } = await jwtVerify(token, find, {
        algorithms,
        issuer,
        audience,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ["sub", "exp"],
      });
      const bearer = bearerOf(payload);
      return bearer && { bearer, endsAtMs: (payload.exp ?? 0) * 1_000 };
    } catch (error) {
      if (!(error instanceof IssuerUnreachableError)) return null;
      log("ERROR", "issuer-unreachable", { issuer, reason: error.message });
      throw error;
    }
  });
}

interface Checked {
  bearer: Bearer;
  endsAtMs: number;
}

/**
 * Remembers good tokens, because a signature costs more than a small query: for a minute, and never
 * past a token's end. So a key that the issuer has withdrawn is believed for the ten minutes after
 * which its keys are fetched again, and for a minute more where a token was checked before.
 */
function remembering(check: (token: string) => Promise<Checked | null>): TokenCheck {
  const known = new Map<string, Checked>();
  watchSize("checked_tokens", known);
  return async (token) => {
    const now = Date.now();
    const remembered = known.get(token);
    if (remembered && remembered.endsAtMs > now) return remembered.bearer;
    known.delete(token);
    const checked = await check(token);
    if (!checked) return null;
    const endsAtMs = Math.min(checked.endsAtMs, now + GATEWAY_LIMITS.checkedTokenMs);
    known.set(token, { ...checked, endsAtMs });
    const [oldest] = known.keys();
    if (known.size > GATEWAY_LIMITS.checkedTokens && oldest !== undefined) known.delete(oldest);
    return checked.bearer;
  };
}

async function trustOf(config: IssuerConfig): Promise<Trust> {
  if (config.kind === "development") {
    const { issuer, publicKey } = await openDevelopmentIssuer(config.dataFolder);
    return { key: publicKey, algorithms: ["EdDSA"], issuer, audience: DEVELOPMENT_AUDIENCE };
  }
  const key = createRemoteJWKSet(new URL(config.jwksUrl), {
    cacheMaxAge: 10 * 60 * 1_000,
    // A key that is not among them makes us fetch them again, but not more often than this.
    cooldownDuration: 30 * 1_000,
    timeoutDuration: 5 * 1_000,
  });
  const { issuer, audience } = config;
  return { key, algorithms: ["EdDSA", "ES256", "RS256"], issuer, audience };
}

/** That no key fits is a verdict on the token; that none could be fetched is not. */
function explainKeyFailure(error: unknown): never {
  const isVerdict =
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported;
  if (isVerdict) throw error;
  throw new IssuerUnreachableError(error instanceof Error ? error.message : String(error));
}

function bearerOf(claims: JWTPayload): Bearer | null {
  const { sub, tenants, roles, azp, client_id: clientId } = claims;
  if (!sub || sub.length > SUBJECT_CHARACTERS || !/^[\x21-\x7e]+$/.test(sub)) return null;
  if (OUR_SUBJECTS.test(sub)) return null;
  if (!Array.isArray(tenants) || tenants.length > TENANTS_OF_A_TOKEN) return null;
  const named = tenants.filter(
    (name): name is string => typeof name === "string" && TENANT_PATTERN.test(name),
  );
  if (named.length === 0) return null;
  const known = Array.isArray(roles) ? roles.filter(isRole) : [];
  return {
    subject: sub,
    tenants: named,
    roles: [...new Set(known)],
    client: clientOf(azp ?? clientId),
  };
}

function clientOf(claim: unknown): string | null {
  return typeof claim === "string" && /^[\x21-\x7e]{1,128}$/.test(claim) ? claim : null;
}
