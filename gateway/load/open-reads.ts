import { watchSize } from "../../shared/watched-sizes.ts";
import { GATEWAY_LIMITS } from "../limits.ts";
import { RequestRefusal } from "../request/request-refusal.ts";
import { type Budget, TokenBuckets } from "./token-buckets.ts";

/** How often what is open to everybody is read from one address: nobody there says who he is. */
export class OpenReads {
  private readonly buckets: TokenBuckets;
  private readonly budget: Budget;

  constructor({ share = 1, now }: { share?: number; now?: () => number } = {}) {
    const perSecond = (GATEWAY_LIMITS.openReadsPerMinute * share) / 60;
    const capacity = Math.max(1, Math.floor(perSecond * GATEWAY_LIMITS.rateSeconds));
    this.budget = { capacity, perSecond };
    this.buckets = new TokenBuckets({ most: GATEWAY_LIMITS.rateBuckets, ...(now && { now }) });
    watchSize("open_reads", this.buckets);
  }

  get size(): number {
    return this.buckets.size;
  }

  /** Takes one from the address's budget. Throws RequestRefusal where it is spent. */
  take(address: string): void {
    const { isGranted, secondsToNext } = this.buckets.take(address, this.budget);
    if (isGranted) return;
    const seconds = Math.ceil(secondsToNext);
    const text = `too much is read from your address; ask again in ${seconds} s`;
    const headers = { "retry-after": String(seconds) };
    throw new RequestRefusal(429, "RATE_LIMITED", text, headers, { retryable: true });
  }
}
