import type { ProcessMetrics } from "../shared/metrics.ts";

/** What a worker does: everything in one process, or the gateway before remote subgraphs. */
export type Work = "system" | "gateway";

/** What the primary process tells a worker. */
export type ToWorker =
  | { kind: "collect"; id: number }
  | { kind: "scraped"; id: number; text: string }
  | { kind: "stop" };

/** What a worker tells the primary process. */
export type FromWorker =
  | { kind: "listening"; url: string; port: number }
  | { kind: "failed"; message: string; facts: Record<string, unknown> }
  | { kind: "metrics"; id: number; metrics: ProcessMetrics }
  | { kind: "scrape"; id: number };

/** Answers that are waited for, by the number of their question. */
export class Waiting<T> {
  private readonly resolvers = new Map<number, (answer: T | null) => void>();
  private count = 0;

  /** Sends a question with a number of its own; null where no answer comes in time. */
  ask(send: (id: number) => void, mostMs: number): Promise<T | null> {
    const id = ++this.count;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.answer(id, null), mostMs);
      this.resolvers.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      send(id);
    });
  }

  answer(id: number, answer: T | null): void {
    const resolve = this.resolvers.get(id);
    this.resolvers.delete(id);
    resolve?.(answer);
  }
}
