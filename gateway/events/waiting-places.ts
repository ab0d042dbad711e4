import type { Caller } from "../../shared/caller.ts";
import { RETRY_LATER, RequestRefusal } from "../request/request-refusal.ts";
import { FEED } from "./limits.ts";

/** Who waits for events: so many in this process, and so few of one subject. */
export class WaitingPlaces {
  private all = 0;
  private readonly bySubject = new Map<string, number>();

  /** Takes a place, and answers how to leave it. Throws RequestRefusal where there is none. */
  take({ tenant, client, subject }: Caller): () => void {
    const name = JSON.stringify([tenant, client, subject]);
    const own = this.bySubject.get(name) ?? 0;
    if (own >= FEED.waitingOfASubject) {
      throw refused(429, "RATE_LIMITED", `${own} requests of yours wait for events already`);
    }
    if (this.all >= FEED.waiting) {
      throw refused(503, "OVERLOADED", `${this.all} requests wait for events already`);
    }
    this.all++;
    this.bySubject.set(name, own + 1);
    return () => {
      this.all--;
      const left = (this.bySubject.get(name) ?? 1) - 1;
      if (left > 0) this.bySubject.set(name, left);
      else this.bySubject.delete(name);
    };
  }
}

function refused(status: number, code: "RATE_LIMITED" | "OVERLOADED", text: string) {
  return new RequestRefusal(status, code, text, RETRY_LATER, { limit: "waiting", retryable: true });
}
