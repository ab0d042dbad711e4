import { type Caller, STAFF } from "../../shared/caller.ts";
import { watchSize } from "../../shared/watched-sizes.ts";
import { GATEWAY_LIMITS } from "../limits.ts";
import type { RegisteredClient } from "../registry/registry.ts";
import { RequestRefusal } from "../request/request-refusal.ts";
import { type Budget, type Grant, TokenBuckets } from "./token-buckets.ts";

/** Whose budget a request is taken from. */
export interface Payer {
  /** The name of the policy, as clients read it. */
  policy: "client" | "caller";
  key: string;
  requestsPerMinute: number;
}
/** What a request's payer has left. */
export interface Rate extends Grant {
  policy: Payer["policy"];
  /** Units at once, and the seconds in which so many come again. */
  quota: number;
  windowSeconds: number;
}

export interface RateLimitOptions {
  /** The part of each budget that this process grants: with n workers each has 1/n. */
  share?: number;
  now?: () => number;
}

/**
 * How many requests each client may make. A request costs one unit, and another one for each 1,000
 * nodes that its largest answer has: `take` spends the first before anything is read, `charge` the
 * others once they are known.
 */
export class RateLimit {
  private readonly buckets: TokenBuckets;
  private readonly share: number;

  constructor({ share = 1, now }: RateLimitOptions = {}) {
    this.share = share;
    this.buckets = new TokenBuckets({ most: GATEWAY_LIMITS.rateBuckets, ...(now && { now }) });
    watchSize("rate_limits", this.buckets);
  }

  get size(): number {
    return this.buckets.size;
  }

  take(payer: Payer): Rate {
    const budget = this.budgetOf(payer);
    const grant = this.buckets.take(payer.key, budget);
    const windowSeconds = Math.ceil(budget.capacity / budget.perSecond);
    return { ...grant, policy: payer.policy, quota: budget.capacity, windowSeconds };
  }

  /** How long until there is a unit, in milliseconds; 0 where there is one. */
  untilGranted(payer: Payer): number {
    const { isGranted, secondsToNext } = this.buckets.look(payer.key, this.budgetOf(payer));
    return isGranted ? 0 : Math.ceil(secondsToNext * 1_000);
  }

  /** Takes what nobody asked for: nodes count from the first. */
  chargeEvent(payer: Payer, nodes: number): void {
    const units = nodes / GATEWAY_LIMITS.rateNodes;
    this.buckets.charge(payer.key, this.budgetOf(payer), units);
  }

  charge(payer: Payer, nodes: number): void {
    const units = Math.floor(nodes / GATEWAY_LIMITS.rateNodes);
    if (units > 0) this.buckets.charge(payer.key, this.budgetOf(payer), units);
  }

  /** A minute's budget comes evenly; what comes in ten seconds may be spent at once. */
  private budgetOf({ requestsPerMinute }: Payer): Budget {
    const perSecond = (requestsPerMinute * this.share) / 60;
    return { capacity: Math.max(1, Math.floor(perSecond * GATEWAY_LIMITS.rateSeconds)), perSecond };
  }
}

/**
 * A partner, and a client with a budget of its own, pays for all its requests together. Everybody
 * else pays for himself: an app that many people use is no reason to make them wait for one another.
 */
export function payerOf(
  caller: Caller,
  client: RegisteredClient | null,
  usual: UsualBudgets = GATEWAY_LIMITS.requestsPerMinute,
): Payer {
  const { tenant, subject } = caller;
  const requestsPerMinute = client?.requestsPerMinute ?? usualBudget(caller, usual);
  if (client && (client.kind === "PARTNER" || client.requestsPerMinute !== null)) {
    return { policy: "client", key: `${tenant} client ${client.name}`, requestsPerMinute };
  }
  return { policy: "caller", key: `${tenant} caller ${subject}`, requestsPerMinute };
}

/** Requests a minute of those who have no budget of their own. */
export interface UsualBudgets {
  staff: number;
  partner: number;
  other: number;
}

function usualBudget({ roles }: Caller, { staff, partner, other }: UsualBudgets): number {
  if (roles.some((role) => (STAFF as readonly string[]).includes(role))) return staff;
  return roles.includes("partner") || roles.includes("regulator") ? partner : other;
}

/** The header fields of draft-ietf-httpapi-ratelimit-headers-11. */
export function rateHeaders({
  policy,
  quota,
  windowSeconds,
  left,
  secondsToNext,
}: Rate): Record<string, string> {
  return {
    "ratelimit-policy": `"${policy}";q=${quota};w=${windowSeconds}`,
    // Until the next unit comes no more than these can be used.
    ratelimit: `"${policy}";r=${left};t=${Math.ceil(secondsToNext)}`,
  };
}

/** The refusal of a request whose payer has nothing left. */
export function rateRefusal(rate: Rate): RequestRefusal {
  const seconds = Math.ceil(rate.secondsToNext);
  const text = `${rate.quota} requests in ${rate.windowSeconds} s are granted; ask again in ${seconds} s`;
  const headers = { ...rateHeaders(rate), "retry-after": String(seconds) };
  const details = {
    limit: "requests",
    most: rate.quota,
    windowSeconds: rate.windowSeconds,
    retryable: true,
  };
  return new RequestRefusal(429, "RATE_LIMITED", text, headers, details);
}
