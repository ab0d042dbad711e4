/** Counts by reason, which add up to a total. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(reason: string, amount = 1): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + amount);
  }

  of(reason: string): number {
    return this.#counts.get(reason) ?? 0;
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, amount) => sum + amount, 0);
  }

  /** Most frequent first. */
  entries(): { reason: string; count: number }[] {
    return [...this.#counts]
      .map(([reason, amount]) => ({ reason, count: amount }))
      .sort((left, right) => right.count - left.count || left.reason.localeCompare(right.reason));
  }

  toJSON(): { reason: string; count: number }[] {
    return this.entries();
  }
}
