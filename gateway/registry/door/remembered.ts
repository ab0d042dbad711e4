export interface RememberedOptions<Value> {
  /** Nothing that is older is answered. */
  mostMs: number;
  /** All entries weigh at most this together; the one that was fetched longest ago gives way. */
  mostWeight: number;
  /** 1 each if not given. */
  weightOf?: (value: Value) => number;
  /** Milliseconds that only rise. */
  clock?: () => number;
}

interface Entry<Value> {
  value: Promise<Value>;
  fetchedAt: number;
  weight: number;
}

/** Answers of the database for a short time; who asks while one is fetched waits for the same. */
export class Remembered<Value> {
  private readonly entries = new Map<string, Entry<Value>>();
  private weight = 0;

  constructor(private readonly options: RememberedOptions<Value>) {}

  get size(): number {
    return this.entries.size;
  }

  async get(key: string, fetch: () => Promise<Value>): Promise<Value> {
    const { mostMs, clock = () => performance.now() } = this.options;
    const known = this.entries.get(key);
    if (known && clock() - known.fetchedAt < mostMs) return known.value;
    this.forget(key);
    // Before it is asked: what changes while the database answers is older than the answer seems.
    const entry: Entry<Value> = { fetchedAt: clock(), value: fetch(), weight: 1 };
    this.entries.set(key, entry);
    this.weight += entry.weight;
    try {
      const value = await entry.value;
      this.weigh(key, entry, this.options.weightOf?.(value) ?? 1);
      return value;
    } catch (error) {
      // A failure is nobody's answer but theirs who waited for it.
      if (this.entries.get(key) === entry) this.forget(key);
      throw error;
    }
  }

  /** Forgets everything; what is being fetched is not remembered when it comes. */
  clear(): void {
    this.entries.clear();
    this.weight = 0;
  }

  private weigh(key: string, entry: Entry<Value>, weight: number): void {
    if (this.entries.get(key) !== entry) return;
    this.weight += weight - entry.weight;
    entry.weight = weight;
    for (const oldest of this.entries.keys()) {
      if (this.weight <= this.options.mostWeight) break;
      this.forget(oldest);
    }
  }

  private forget(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    this.weight -= entry.weight;
  }
}
