import type { Round } from "./campaign.ts";

/** How long batches take of late; machines are busier at times. */
export class Undisturbed {
  private readonly times: number[] = [];

  note(ms: number): void {
    this.times.push(ms);
    if (this.times.length > 3) this.times.shift();
  }

  /** A late kill that found no work begun came too early: the machine is busier now. */
  learn({ killedAtMs, answeredMs, found }: Round): void {
    if (answeredMs !== null) this.note(answeredMs);
    else if (killedAtMs > this.ms / 2 && found.every((one) => one === "NOTHING")) {
      this.note(this.ms * 2);
    }
  }

  get ms(): number {
    return this.times.reduce((sum, time) => sum + time, 0) / this.times.length;
  }
}
