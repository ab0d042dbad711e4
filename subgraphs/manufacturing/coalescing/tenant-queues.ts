import { DomainError } from "../../../shared/domain-error.ts";
import { type Asked, CoalescingQueue, type QueueOptions, type Work } from "./coalescing-queue.ts";

export interface TenantQueuesOptions extends Omit<QueueOptions, "onIdle"> {
  /** Items of all tenants that wait or are under way. */
  mostItems: number;
}

/** A queue for each tenant that has something in it: nobody waits behind another tenant. */
export class TenantQueues<Item, Answer> {
  private readonly queues = new Map<string, CoalescingQueue<Item, Answer>>();
  private readonly open = new Set<Promise<Answer>>();
  private isClosed = false;

  constructor(
    private readonly workOf: (tenant: string) => Work<Item, Answer>,
    private readonly options: TenantQueuesOptions,
  ) {}

  /** Items that wait or are under way. */
  get size(): number {
    return this.open.size;
  }

  /** Rejects with OVERLOADED where too much waits, and where the process ends. */
  add(tenant: string, asked: Asked<Item>): Promise<Answer> {
    if (this.isClosed) return Promise.reject(overloaded("the service is closing"));
    if (this.open.size >= this.options.mostItems) {
      return Promise.reject(overloaded(`${this.open.size} records wait to be written`));
    }
    const queue = this.queues.get(tenant) ?? this.begin(tenant);
    const answer = queue.add(asked);
    this.open.add(answer);
    const end = () => void this.open.delete(answer);
    answer.then(end, end);
    return answer;
  }

  /** Takes nothing more, and waits for what it has. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled(this.open);
  }

  private begin(tenant: string): CoalescingQueue<Item, Answer> {
    const onIdle = () => void this.queues.delete(tenant);
    const queue = new CoalescingQueue(this.workOf(tenant), { ...this.options, onIdle });
    this.queues.set(tenant, queue);
    return queue;
  }
}

function overloaded(why: string): DomainError {
  return new DomainError("OVERLOADED", why);
}
