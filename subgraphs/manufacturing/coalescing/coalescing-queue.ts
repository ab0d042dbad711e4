import { DomainError } from "../../../shared/domain-error.ts";
import type { Outcome } from "../batch/outcome.ts";

/** Something that may be done together with what others ask for at the same time. */
export interface Asked<Item> {
  item: Item;
  /** What it touches: of those that name the same, one at a time is under way, in their order. */
  names: readonly string[];
  /** Milliseconds since the epoch; afterwards it is neither begun nor committed. */
  deadlineAt?: number | undefined;
  /** Whether whoever asked has gone away; then it is not begun. */
  isGone?: (() => boolean) | undefined;
}

/** Does all of a batch, with an outcome for each item in their order, or rejects and does nothing. */
export type Work<Item, Answer> = (
  items: readonly Item[],
  deadlineAt: number | undefined,
) => Promise<readonly Outcome<Answer>[]>;

export interface QueueOptions {
  /** The most items of a batch. */
  batchItems: number;
  /** Batches under way at once. */
  lanes: number;
  /** Is told when nothing waits and nothing is under way. */
  onIdle?: () => void;
  now?: () => number;
}

interface Waiting<Item, Answer> extends Asked<Item> {
  answered(answer: Answer): void;
  refused(error: unknown): void;
}
type Batch<Item, Answer> = readonly Waiting<Item, Answer>[];

/**
 * Gathers what is asked for while batches are under way, so that a commit serves all who wait for
 * one, while nobody waits for company: an idle lane takes whatever there is.
 */
export class CoalescingQueue<Item, Answer> {
  private waiting: Waiting<Item, Answer>[] = [];
  private readonly underWay = new Set<string>();
  private lanesBusy = 0;
  private isGathering = false;

  constructor(
    private readonly work: Work<Item, Answer>,
    private readonly options: QueueOptions,
  ) {}

  /** Resolves with the item's own answer; rejects with its own refusal. */
  add(asked: Asked<Item>): Promise<Answer> {
    return new Promise((answered, refused) => {
      this.waiting.push({ ...asked, answered, refused });
      this.gather();
    });
  }

  /** Whoever asks in the same turn of the event loop goes along. */
  private gather(): void {
    if (this.isGathering) return;
    this.isGathering = true;
    setImmediate(() => {
      this.isGathering = false;
      this.fillLanes();
    });
  }

  private fillLanes(): void {
    while (this.lanesBusy < this.options.lanes) {
      const batch = this.take();
      if (batch.length === 0) break;
      this.lanesBusy++;
      for (const name of namesOf(batch)) this.underWay.add(name);
      void this.settle(batch).finally(() => {
        this.lanesBusy--;
        for (const name of namesOf(batch)) this.underWay.delete(name);
        this.fillLanes();
      });
    }
    if (this.lanesBusy === 0 && this.waiting.length === 0) this.options.onIdle?.();
  }

  /** The next batch. What is behind another of its name stays behind it. */
  private take(): Batch<Item, Answer> {
    const named = new Set(this.underWay);
    const batch: Waiting<Item, Answer>[] = [];
    const later: Waiting<Item, Answer>[] = [];
    for (const one of this.waiting) {
      if (batch.length === this.options.batchItems) later.push(one);
      else if (this.isOver(one)) one.refused(late());
      else {
        const isFree = !one.names.some((name) => named.has(name));
        for (const name of one.names) named.add(name);
        (isFree ? batch : later).push(one);
      }
    }
    this.waiting = later;
    return batch;
  }

  private isOver({ deadlineAt, isGone }: Asked<Item>): boolean {
    const { now = Date.now } = this.options;
    return (deadlineAt !== undefined && deadlineAt <= now()) || isGone?.() === true;
  }

  /** Settles every item of the batch. Never rejects. */
  private async settle(batch: Batch<Item, Answer>): Promise<void> {
    const deadlines = batch.flatMap(({ deadlineAt }) => deadlineAt ?? []);
    const deadlineAt = deadlines.length > 0 ? Math.min(...deadlines) : undefined;
    try {
      const outcomes = await this.work(
        batch.map(({ item }) => item),
        deadlineAt,
      );
      for (const [place, one] of batch.entries()) tell(one, outcomes[place]);
    } catch (error) {
      await this.settleApart(batch, error);
    }
  }

  /**
   * Settles a batch of which nothing was done. The batch had as much time as who had least of it;
   * otherwise one item may be at fault, and halves find it, so that the others do not fail with it.
   */
  private async settleApart(batch: Batch<Item, Answer>, error: unknown): Promise<void> {
    if (batch.length === 1 || isOutage(error)) {
      for (const { refused } of batch) refused(error);
      return;
    }
    const inTime = batch.filter((one) => !this.isOver(one));
    for (const one of batch) if (!inTime.includes(one)) one.refused(late());
    const middle = inTime.length < batch.length ? inTime.length : Math.ceil(inTime.length / 2);
    for (const part of [inTime.slice(0, middle), inTime.slice(middle)]) {
      if (part.length > 0) await this.settle(part);
    }
  }
}

function namesOf(batch: Batch<unknown, never>): string[] {
  return batch.flatMap(({ names }) => names);
}

function tell<Answer>(
  { answered, refused }: Waiting<unknown, Answer>,
  outcome: Outcome<Answer> | undefined,
): void {
  if (!outcome) refused(new Error("a batch was done without an outcome for each of its items"));
  else if ("answer" in outcome) answered(outcome.answer);
  else refused(outcome.refusal);
}

/** Whoever cannot be asked cannot be asked in halves either. */
function isOutage(error: unknown): boolean {
  return error instanceof DomainError && error.code === "DATABASE_UNAVAILABLE";
}

function late(): DomainError {
  return new DomainError("TIMEOUT", "the time for this request is over");
}
