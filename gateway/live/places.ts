import type { Caller } from "../../shared/caller.ts";
import { RETRY_LATER, RequestRefusal } from "../request/request-refusal.ts";
import type { LiveLimits } from "./limits.ts";

/** The subscriptions that stand: so many in all, of one client, and of one subject. */
export class Places {
  private all = 0;
  private readonly byName = new Map<string, number>();

  constructor(private readonly limits: LiveLimits) {}

  get taken(): number {
    return this.all;
  }

  /** Takes a place and answers how to leave it. Throws RequestRefusal where there is none. */
  take({ tenant, client, subject }: Caller): () => void {
    const { subscriptions, subscriptionsOfAClient, subscriptionsOfASubject } = this.limits;
    const names = [
      // A program without a name is known by who uses it.
      { name: JSON.stringify([tenant, client ?? { subject }]), most: subscriptionsOfAClient },
      { name: JSON.stringify([tenant, client, subject]), most: subscriptionsOfASubject },
    ];
    for (const { name, most } of names) this.assertFree(name, most);
    if (this.all >= subscriptions) {
      throw refused(503, "OVERLOADED", { most: subscriptions, of: "this gateway" });
    }
    this.change(names, 1);
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      this.change(names, -1);
    };
  }

  private assertFree(name: string, most: number): void {
    const count = this.byName.get(name) ?? 0;
    if (count >= most) throw refused(429, "RATE_LIMITED", { most, of: "yours" });
  }

  private change(names: readonly { name: string }[], by: number): void {
    this.all += by;
    for (const { name } of names) {
      const count = (this.byName.get(name) ?? 0) + by;
      if (count > 0) this.byName.set(name, count);
      else this.byName.delete(name);
    }
  }
}

function refused(
  status: number,
  code: "RATE_LIMITED" | "OVERLOADED",
  { most, of }: { most: number; of: string },
): RequestRefusal {
  const text = `at most ${most} subscriptions of ${of} stand at once`;
  return new RequestRefusal(status, code, text, RETRY_LATER, { limit: "subscriptions", most });
}
