import { GATEWAY_LIMITS } from "../limits.ts";
import type { Gate } from "../load/gate.ts";
import type { Payer } from "../load/rate-limit.ts";
import { RequestRefusal } from "../request/request-refusal.ts";
import type { LiveLimits } from "./limits.ts";
import type { Told } from "./live-subscription.ts";
import { Turns } from "./turns.ts";

/** An event that wants to be answered. */
export interface EventToTell {
  payer: Payer;
  /** Of its largest answer. */
  nodes: number;
  /** Aborted when nobody waits for it any more. */
  signal: AbortSignal;
}

/**
 * When each event is answered. Nobody asks for an event, and yet it is a query: it is taken from
 * the same budget, and waits for the same places. The events of one payer wait for one another.
 */
export class EventTurns {
  private readonly turns: Turns;

  constructor(
    private readonly gate: Pick<Gate, "untilGranted" | "enterEvent">,
    private readonly limits: LiveLimits,
  ) {
    const { executedAtOnce, executedAtOnceOfAPayer } = limits;
    this.turns = new Turns({ most: executedAtOnce, mostOfOne: executedAtOnceOfAPayer });
  }

  take({ payer, nodes, signal }: EventToTell, work: () => Promise<Told>): Promise<Told> {
    const isCostly = nodes > GATEWAY_LIMITS.usualNodes;
    return this.turns.take(payer.key, isCostly ? this.limits.placesOfACostlyEvent : 1, async () => {
      if (signal.aborted) return { kind: "NOTHING" };
      const waitMs = this.gate.untilGranted(payer);
      if (waitMs > 0) return { kind: "LATER", waitMs };
      try {
        const leave = await this.gate.enterEvent(payer, Math.max(nodes, this.limits.eventNodes));
        return await work().finally(leave);
      } catch (error) {
        if (error instanceof RequestRefusal) return { kind: "FAILED", codes: [error.code] };
        throw error;
      }
    });
  }
}
