/** How much somebody may spend: so much at once, and so much again in each second. */
export interface Budget {
  capacity: number;
  perSecond: number;
}
/** What a bucket answers to who wants to spend one unit. */
export interface Grant {
  isGranted: boolean;
  /** Whole units that are left. */
  left: number;
  /** Until there is one more than is left. */
  secondsToNext: number;
}
export interface TokenBucketsOptions {
  /** Buckets kept; the one used longest ago gives way, and its owner begins with a full one. */
  most: number;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

interface Bucket {
  units: number;
  /** When `units` was right. */
  at: number;
}

/** A bucket of units for each key. It fills by itself, and whoever finds less than one is refused. */
export class TokenBuckets {
  private readonly buckets = new Map<string, Bucket>();
  private readonly now: () => number;

  constructor(private readonly options: TokenBucketsOptions) {
    this.now = options.now ?? (() => performance.now());
  }

  get size(): number {
    return this.buckets.size;
  }

  /** Spends one unit, where there is one. */
  take(key: string, budget: Budget): Grant {
    const bucket = this.filled(key, budget);
    const isGranted = bucket.units >= 1;
    if (isGranted) bucket.units--;
    return grantOf(bucket, budget, isGranted);
  }

  /** What `take` would answer, without spending. */
  look(key: string, budget: Budget): Grant {
    const bucket = this.filled(key, budget);
    return grantOf(bucket, budget, bucket.units >= 1);
  }

  /**
   * Spends units for what was granted already and turned out to cost more. It may leave a debt, at
   * most as large as the bucket, which is paid before anything else is granted.
   */
  charge(key: string, budget: Budget, units: number): void {
    const bucket = this.filled(key, budget);
    bucket.units = Math.max(-budget.capacity, bucket.units - units);
  }

  private filled(key: string, { capacity, perSecond }: Budget): Bucket {
    const now = this.now();
    const bucket = this.buckets.get(key) ?? { units: capacity, at: now };
    const grown = bucket.units + ((now - bucket.at) / 1_000) * perSecond;
    bucket.units = Math.min(capacity, grown);
    bucket.at = now;
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    const [oldest] = this.buckets.keys();
    if (this.buckets.size > this.options.most && oldest !== undefined) this.buckets.delete(oldest);
    return bucket;
  }
}

function grantOf({ units }: Bucket, { perSecond }: Budget, isGranted: boolean): Grant {
  const left = Math.max(0, Math.floor(units));
  return { isGranted, left, secondsToNext: (left + 1 - units) / perSecond };
}
