/** What became of an attempt. UNKNOWN: it was given up for a reason that says nothing of whoever was asked. */
export type Outcome = "ANSWERED" | "FAILED" | "UNKNOWN";
/** Tells the breaker, once, what became of the attempt that it admitted. */
export type Report = (outcome: Outcome) => void;

export interface CircuitOptions {
  /** Failures in a row after which nothing is asked. */
  failures: number;
  /** How long nothing is asked then, in milliseconds. */
  openMs: number;
  /** Is told when it opens and closes. */
  changed?: (isOpen: boolean) => void;
  now?: () => number;
}

/**
 * Keeps requests from waiting for somebody who fails again and again. Closed: everybody may ask.
 * Open: nobody, for a short time; then one at a time, until one is answered.
 */
export class CircuitBreaker {
  private failuresInARow = 0;
  private openUntil: number | null = null;
  private isProbing = false;
  private readonly now: () => number;

  constructor(private readonly options: CircuitOptions) {
    this.now = options.now ?? (() => performance.now());
  }

  get isOpen(): boolean {
    return this.openUntil !== null;
  }

  /** Admits an attempt, or answers null at once. */
  enter(): Report | null {
    const isProbe = this.openUntil !== null;
    if (this.openUntil !== null) {
      if (this.isProbing || this.now() < this.openUntil) return null;
      this.isProbing = true;
    }
    return (outcome) => {
      if (isProbe) this.isProbing = false;
      if (outcome === "ANSWERED") this.close();
      if (outcome === "FAILED") this.fail(isProbe);
    };
  }

  private close(): void {
    this.failuresInARow = 0;
    if (this.openUntil === null) return;
    this.openUntil = null;
    this.options.changed?.(false);
  }

  /** What was asked before it opened, and fails later, does not keep it open for longer. */
  private fail(isProbe: boolean): void {
    this.failuresInARow++;
    if (this.openUntil !== null && !isProbe) return;
    if (this.failuresInARow < this.options.failures) return;
    const wasOpen = this.openUntil !== null;
    this.openUntil = this.now() + this.options.openMs;
    if (!wasOpen) this.options.changed?.(true);
  }
}
