export interface TurnsOptions {
  /** Places in all. */
  most: number;
  /** Places of one owner, so that there is always one for others. */
  mostOfOne: number;
}

/** The work of one owner. */
interface Share {
  taken: number;
  readonly waiting: Waiting[];
}
interface Waiting {
  places: number;
  begin: () => void;
}

/**
 * Lets so much work run at once as there are places for it. Owners take turns, however much each of them has: whoever has much
 * to do waits for himself.
 */
export class Turns {
  private taken = 0;
  /** In the order in which owners are served next. */
  private readonly shares = new Map<string, Share>();

  constructor(private readonly options: TurnsOptions) {}

  /** Runs work that takes so many places, at most as many as an owner may have. */
  async take<T>(owner: string, places: number, work: () => Promise<T>): Promise<T> {
    const share = this.shares.get(owner) ?? { taken: 0, waiting: [] };
    this.shares.set(owner, share);
    await new Promise<void>((begin) => {
      share.waiting.push({ places, begin });
      this.serve();
    });
    try {
      return await work();
    } finally {
      this.change(share, -places);
      if (share.taken === 0 && share.waiting.length === 0) this.shares.delete(owner);
      this.serve();
    }
  }

  private serve(): void {
    const { most, mostOfOne } = this.options;
    for (const [owner, share] of this.shares) {
      const [next] = share.waiting;
      if (!next) continue;
      const { places, begin } = next;
      if (this.taken + places > most || share.taken + places > mostOfOne) continue;
      share.waiting.shift();
      this.change(share, places);
      // Behind all others; where places are left, the walk over the owners meets this one again.
      this.shares.delete(owner);
      this.shares.set(owner, share);
      begin();
    }
  }

  private change(share: Share, by: number): void {
    this.taken += by;
    share.taken += by;
  }
}
