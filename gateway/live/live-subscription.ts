import { setTimeout as pause } from "node:timers/promises";
import type { ExecutionResult } from "graphql";
import { isRetryable } from "../../shared/domain-error.ts";
import { log } from "../../shared/log.ts";
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
  /** Its payer has nothing left now. */
  | { kind: "LATER"; waitMs: number }
  /** Something that is needed for it cannot be asked now. */
  | { kind: "FAILED"; codes: readonly string[] };

export interface LiveParts {
  limits: LiveLimits;
  /** Devices that wait in all subscriptions. */
  waitingInAll: { count: number };
  /** Answers the event of one device; nothing where nobody waits for it any more. */
  answer(serialNumber: string, signal: AbortSignal): Promise<Told>;
  /** Why the caller may no longer be told; null where he may. Rejects where that cannot be said now. */
  reasonToEnd(): Promise<Interruption | null>;
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
    const { callerCheckedEveryMs } = this.parts.limits;
    const checking = setInterval(() => void this.check(signal), callerCheckedEveryMs);
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
    await this.check(stream.signal);
    const results = together.map((serialNumber) => this.answer(serialNumber, stream.signal));
    for (const result of await Promise.all(results)) {
      if (result !== null && this.interruption === null) await stream.next(result);
    }
  }

  /** The event to tell; null where there is none, or where the subscription ends over it. */
  private async answer(serialNumber: string, signal: AbortSignal): Promise<ExecutionResult | null> {
    const { eventTries, unpaidMs } = this.parts.limits;
    let failures = 0;
    while (this.interruption === null && !signal.aborted) {
      const told = await this.parts.answer(serialNumber, signal);
      if (told.kind === "NOTHING") return null;
      if (told.kind === "EVENT") return told.result;
      if (told.kind === "LATER") {
        await quietly(pause(Math.min(told.waitMs, unpaidMs), undefined, { signal }));
        await this.check(signal);
        continue;
      }
      const mayHelp = told.codes.every((code) => isRetryable(code as never));
      if (!mayHelp || ++failures >= eventTries) break;
      await this.pauseAfter(failures, signal);
    }
    this.interrupt("UNANSWERED");
    return null;
  }

  /** Ends the subscription of whoever may no longer be told. Nothing is told until that is known. */
  private async check(signal: AbortSignal): Promise<void> {
    const { eventTries } = this.parts.limits;
    for (let tries = 1; this.interruption === null && !signal.aborted; tries++) {
      try {
        const why = await this.parts.reasonToEnd();
        if (why !== null) this.interrupt(why);
        return;
      } catch (error) {
        log("WARN", "subscriber-unchecked", { reason: String(error) });
        if (tries >= eventTries) this.interrupt("UNCHECKED");
        else await this.pauseAfter(tries, signal);
      }
    }
  }

  private pauseAfter(failures: number, signal: AbortSignal): Promise<void> {
    const waitMs = this.parts.limits.eventRetryMs * 2 ** (failures - 1);
    return quietly(pause(waitMs, undefined, { signal }));
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

/** A pause that may be cut short. */
function quietly(paused: Promise<void>): Promise<void> {
  return paused.catch(() => undefined);
}
