/** How many things there may be at once, of all and of one owner of things. */
export interface SlotsOptions {
  all: number;
  ofOne: number;
}

interface Waiting {
  of: string;
  go: () => void;
}

/**
 * So many things at once; the others wait in line. A place that gets free goes to whoever has the
 * fewest, so that nobody waits for all the things of somebody else.
 */
export class Slots {
  private readonly running = new Map<string, number>();
  private readonly waiting: Waiting[] = [];
  private free: number;

  constructor(private readonly options: SlotsOptions) {
    this.free = options.all;
  }

  async within<T>(of: string, work: () => Promise<T>): Promise<T> {
    if (this.free > 0 && this.mayBegin(of)) this.begin(of);
    else await new Promise<void>((go) => this.waiting.push({ of, go }));
    try {
      return await work();
    } finally {
      this.end(of);
    }
  }

  private runningOf(of: string): number {
    return this.running.get(of) ?? 0;
  }

  private mayBegin(of: string): boolean {
    return this.runningOf(of) < this.options.ofOne;
  }

  private begin(of: string): void {
    this.free--;
    this.running.set(of, this.runningOf(of) + 1);
  }

  private end(of: string): void {
    this.free++;
    const left = this.runningOf(of) - 1;
    if (left > 0) this.running.set(of, left);
    else this.running.delete(of);
    const next = this.next();
    if (!next) return;
    this.waiting.splice(this.waiting.indexOf(next), 1);
    // Counted before it goes, so that nobody who comes meanwhile takes its place.
    this.begin(next.of);
    next.go();
  }

  /** Of those who may begin, the first of whoever has the fewest. */
  private next(): Waiting | undefined {
    let best: Waiting | undefined;
    for (const one of this.waiting) {
      if (!this.mayBegin(one.of)) continue;
      if (!best || this.runningOf(one.of) < this.runningOf(best.of)) best = one;
    }
    return best;
  }
}
