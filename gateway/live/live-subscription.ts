import { setTimeout as pause } from "node:timers/promises";
import type { ExecutionResult } from "graphql";
import { isRetryable } from "../../shared/domain-error.ts";
import type { Follower } from "./change-feed.ts";
import type { EventStream } from "./event-stream.ts";
import { type Interruption, interrupted } from "./interruption.ts";
import type { LiveLimits } from "./limits.ts";

/** What became of one event. */
export type Told =
  /** The device as its subscriber may see it. */
  | { kind: "EVENT"; result: ExecutionResult }
  /** Nothing that the subscriber may know of. */
  | { kind: "NOTHING" }
  /** Something that is needed for it cannot be asked now. */
  | { kind: "FAILED"; codes: readonly string[] };

export interface LiveParts {
  limits: LiveLimits;
  /** Devices that wait in all subscriptions. */
  waitingInAll: { count: number };
  /** Answers the event of one device. */
  answer(serialNumber: string): Promise<Told>;
  /** Whether the caller is still who he was. */
  isStillWelcome(): Promise<boolean>;
}

/**
 * One subscription from its first event to its last. A device that changes several times before
 * it is its turn is told once, as it is then, so that what waits is bounded by devices.
 */
export class LiveSubscription implements Follower {
  private readonly waiting = new Set<string>();
  private interruption: Interruption | null = null;
  private wake = (): void => undefined;

  constructor(private readonly parts: LiveParts) {}

  tell(serialNumber: string): void {
    const { limits, waitingInAll } = this.parts;
    if (this.interruption !== null || this.waiting.has(serialNumber)) return;
    const isFull =
      this.waiting.size >= limits.devicesWaiting ||
      waitingInAll.count >= limits.devicesWaitingInAll;
    if (isFull) this.interrupt("SLOW");
    else {
      this.waiting.add(serialNumber);
      waitingInAll.count++;
      this.wake();
    }
  }

  interrupt(why: Interruption): void {
    this.interruption ??= why;
    this.forgetWaiting();
    this.wake();
  }

  /** Writes events until the client goes or the subscription is interrupted. */
  async run(stream: EventStream): Promise<Interruption | null> {
    const { signal } = stream;
    const checking = setInterval(() => void this.check(), this.parts.limits.callerCheckedEveryMs);
    const wake = () => this.wake();
    signal.addEventListener("abort", wake);
    try {
      while (!signal.aborted && this.interruption === null) {
        if (this.waiting.size === 0) await this.somethingToDo(signal);
        else await this.events(stream);
      }
    } finally {
      clearInterval(checking);
      signal.removeEventListener("abort", wake);
      this.interruption ??= "CLOSING";
      this.forgetWaiting();
    }
    if (signal.aborted) return null;
    const { message, extensions } = interrupted(this.interruption);
    stream.end({ data: null, errors: [{ message, extensions } as never] });
    return this.interruption;
  }

  private async events(stream: EventStream): Promise<void> {
    const together = [...this.waiting].slice(0, this.parts.limits.eventsTogether);
    // What changes from here on is another event.
    for (const serialNumber of together) this.waiting.delete(serialNumber);
    this.parts.waitingInAll.count -= together.length;
    await this.check();
    const results = together.map((serialNumber) => this.answer(serialNumber, stream.signal));
    for (const result of await Promise.all(results)) {
      if (result !== null && this.interruption === null) await stream.next(result);
    }
  }

  /** The event to tell; null where there is none, or where the subscription ends over it. */
  private async answer(serialNumber: string, signal: AbortSignal): Promise<ExecutionResult | null> {
    const { eventTries, eventRetryMs } = this.parts.limits;
    for (let attempt = 1; this.interruption === null && !signal.aborted; attempt++) {
      const told = await this.parts.answer(serialNumber);
      if (told.kind === "NOTHING") return null;
      if (told.kind === "EVENT") return told.result;
      const mayHelp = told.codes.every((code) => isRetryable(code as never));
      if (!mayHelp || attempt >= eventTries) break;
      const waitMs = eventRetryMs * 2 ** (attempt - 1);
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
    }
    this.interrupt("UNANSWERED");
    return null;
  }

  private async check(): Promise<void> {
    const isWelcome = await this.parts.isStillWelcome().catch(() => false);
    if (!isWelcome) this.interrupt("CALLER");
  }

  private somethingToDo(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
      if (signal.aborted || this.interruption !== null || this.waiting.size > 0) resolve();
    });
  }

  private forgetWaiting(): void {
    this.parts.waitingInAll.count -= this.waiting.size;
    this.waiting.clear();
  }
}
