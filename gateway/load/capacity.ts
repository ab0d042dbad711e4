import { GATEWAY_LIMITS } from "../limits.ts";
import { RequestRefusal } from "../request/request-refusal.ts";

/** Gives the place free again. Only the first call counts. */
export type Leave = () => void;

export interface CapacityOptions {
  /** Requests in work at once. */
  running?: number;
  /** Requests that wait for a place. */
  queued?: number;
  /** How long one waits at most, in milliseconds. */
  queueMs?: number;
  /** How late the event loop is at present, in milliseconds. */
  delayMs?: () => number;
}

interface Waiting {
  costClass: number;
  begin: (leave: Leave) => void;
  refuse: (reason: RequestRefusal) => void;
  timer: NodeJS.Timeout;
}

/**
 * Lets so many requests work at once as the process can bear, and so many wait as are worth it.
 * Everybody else is refused at once: an answer that comes late is work that nobody wanted. Cheap
 * requests go first, and take the places of costly ones that still wait.
 */
export class Capacity {
  private readonly most: Required<CapacityOptions>;
  private readonly waiting: Waiting[] = [];
  private inWork = 0;
  private refused = 0;

  constructor(options: CapacityOptions = {}) {
    this.most = {
      running: GATEWAY_LIMITS.requestsRunning,
      queued: GATEWAY_LIMITS.requestsQueued,
      queueMs: GATEWAY_LIMITS.queueMs,
      delayMs: () => 0,
      ...options,
    };
  }

  running(): number {
    return this.inWork;
  }

  queued(): number {
    return this.waiting.length;
  }

  /** Requests refused since the start. */
  shed(): number {
    return this.refused;
  }

  /** Resolves when a request whose answer has at most so many nodes may begin. Rejects with RequestRefusal. */
  enter(nodes: number): Promise<Leave> {
    const costClass = costClassOf(nodes);
    if (this.waiting.length === 0 && this.inWork < this.places()) {
      return Promise.resolve(this.begin());
    }
    return new Promise((begin, refuse) => {
      if (!this.makeRoom(costClass)) {
        refuse(this.refusal());
        return;
      }
      const waiting: Waiting = {
        costClass,
        begin,
        refuse,
        timer: setTimeout(() => this.giveUp(waiting), this.most.queueMs),
      };
      const before = this.waiting.findIndex((other) => other.costClass > costClass);
      this.waiting.splice(before === -1 ? this.waiting.length : before, 0, waiting);
      this.admit();
    });
  }

  /** Fewer where the event loop is late: it is the measure of what the process can bear now. */
  private places(): number {
    const { running, delayMs } = this.most;
    const late = delayMs() / GATEWAY_LIMITS.loopDelayMs;
    return late <= 1 ? running : Math.max(1, Math.floor(running / late));
  }

  private begin(): Leave {
    this.inWork++;
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      this.inWork--;
      this.admit();
    };
  }

  private admit(): void {
    while (this.inWork < this.places()) {
      const next = this.waiting.shift();
      if (!next) return;
      clearTimeout(next.timer);
      next.begin(this.begin());
    }
  }

  /** Whether one of this class may wait; the last of a costlier class gives up its place for it. */
  private makeRoom(costClass: number): boolean {
    if (this.waiting.length < this.most.queued) return true;
    const last = this.waiting.at(-1);
    if (!last || last.costClass <= costClass) return false;
    this.giveUp(last);
    return true;
  }

  private giveUp(waiting: Waiting): void {
    const place = this.waiting.indexOf(waiting);
    if (place === -1) return;
    this.waiting.splice(place, 1);
    clearTimeout(waiting.timer);
    waiting.refuse(this.refusal());
  }

  private refusal(): RequestRefusal {
    this.refused++;
    const seconds = Math.ceil(this.most.queueMs / 1_000);
    const text = `the gateway has more to do than it can; ask again in ${seconds} s`;
    const headers = { "retry-after": String(seconds) };
    return new RequestRefusal(503, "OVERLOADED", text, headers, { retryable: true });
  }
}

/** 0 for what is cheapest. */
function costClassOf(nodes: number): number {
  const { cheapNodes, usualNodes } = GATEWAY_LIMITS;
  if (nodes <= cheapNodes) return 0;
  return nodes <= usualNodes ? 1 : 2;
}
