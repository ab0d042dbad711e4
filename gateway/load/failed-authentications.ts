import type { IncomingHttpHeaders } from "node:http";
import { isIPv6, type Socket } from "node:net";
import { watchSize } from "../../shared/watched-sizes.ts";
import { GATEWAY_LIMITS } from "../limits.ts";
import { RequestRefusal } from "../request/request-refusal.ts";
import { TokenBuckets } from "./token-buckets.ts";

/**
 * Who is the enemy: somebody who tries keys and tokens, or who makes the gateway check signatures
 * and look up keys all the time. From where too many have failed, none is checked for a while.
 */
export class FailedAuthentications {
  private readonly buckets: TokenBuckets;
  private readonly checks = new Map<string, Checks>();
  private readonly budget: { capacity: number; perSecond: number };

  constructor({ share = 1, now }: { share?: number; now?: () => number } = {}) {
    const perMinute = Math.max(1, GATEWAY_LIMITS.failedAuthenticationsPerMinute * share);
    this.budget = { capacity: perMinute, perSecond: perMinute / 60 };
    this.buckets = new TokenBuckets({ most: GATEWAY_LIMITS.rateBuckets, ...(now && { now }) });
    watchSize("failed_authentications", this.buckets);
  }

  get size(): number {
    return this.buckets.size;
  }

  /**
   * Runs a check of somebody at this address; null is one that failed. No more run at once than may
   * still fail, the others wait for them. Throws RequestRefusal where too many have failed.
   */
  async whileFew<T>(address: string, check: () => Promise<T | null>): Promise<T | null> {
    const checks = this.checks.get(address) ?? { present: 0, running: 0, waiting: [] };
    this.checks.set(address, checks);
    checks.present++;
    try {
      while (checks.running >= this.left(address)) {
        await new Promise<void>((resolve) => checks.waiting.push(resolve));
      }
      checks.running++;
      const found = await check().finally(() => checks.running--);
      if (found === null) this.note(address);
      return found;
    } finally {
      for (const go of checks.waiting.splice(0)) go();
      if (--checks.present === 0) this.checks.delete(address);
    }
  }

  /** How many may still fail: one or more. */
  private left(address: string): number {
    const { isGranted, left, secondsToNext } = this.buckets.look(address, this.budget);
    if (isGranted) return left;
    const seconds = Math.ceil(secondsToNext);
    const text = "too many requests from your address had no valid token";
    const headers = { "retry-after": String(seconds), connection: "close" };
    throw new RequestRefusal(429, "RATE_LIMITED", text, headers, { retryable: true });
  }

  /** Notes one that failed. */
  note(address: string): void {
    this.buckets.charge(address, this.budget, 1);
  }
}

/** The checks of those at one address. */
interface Checks {
  /** Those that run, and those that wait. */
  present: number;
  running: number;
  waiting: (() => void)[];
}

/** What of a request says where it comes from. */
export interface Sender {
  socket: Pick<Socket, "remoteAddress">;
  headers: IncomingHttpHeaders;
}

/**
 * Where a request comes from. `proxies`: how many proxies of ours stand before the gateway, each of
 * which adds whom it heard to X-Forwarded-For; what stands further left is the client's own word.
 * Of an IPv6 address the first half counts: the rest is the client's to choose.
 */
export function remoteAddress({ socket, headers }: Sender, proxies = 0): string {
  const direct = socket.remoteAddress ?? "unknown";
  const said = [headers["x-forwarded-for"] ?? []].flat().join(",").split(",");
  const forwarded = proxies > 0 ? said.at(-proxies)?.trim() : undefined;
  const address = forwarded || direct;
  if (!isIPv6(address)) return address.slice(0, 64);
  if (address.startsWith("::ffff:")) return address.slice("::ffff:".length);
  return firstHalf(address);
}

function firstHalf(address: string): string {
  const [head = "", tail] = address.split("::");
  const groups = head.split(":").filter((group) => group !== "");
  const after = tail === undefined ? [] : tail.split(":").filter((group) => group !== "");
  const missing = Math.max(0, 8 - groups.length - after.length);
  const all = [...groups, ...Array.from({ length: missing }, () => "0"), ...after];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
