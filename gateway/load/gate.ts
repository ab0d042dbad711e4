import type { IncomingMessage } from "node:http";
import type { Arrival } from "../identity/authenticate.ts";
import { watchCapacity } from "../operation/metrics.ts";
import { unreadBody } from "../request/asked-request.ts";
import { RequestRefusal } from "../request/request-refusal.ts";
import { Capacity, type Leave } from "./capacity.ts";
import { FailedAuthentications, remoteAddress } from "./failed-authentications.ts";
import { loopDelay } from "./loop-delay.ts";
import { payerOf, RateLimit, rateHeaders, rateRefusal, type UsualBudgets } from "./rate-limit.ts";

export interface GateOptions {
  /** The part of each budget that this process grants: with n workers each has 1/n. */
  share?: number;
  /** Proxies of ours that stand before the gateway. */
  proxies?: number;
  /** Requests a minute of those who have no budget of their own, where they are not the usual ones. */
  budgets?: UsualBudgets;
}

/** A request that may go on: what it has left, and how it says what it costs. */
export interface Admission {
  /** Header fields for the answer. */
  headers: Readonly<Record<string, string>>;
  /** Waits for a place. Rejects with RequestRefusal where there is none in time. */
  begin(nodes: number): Promise<void>;
  /** Gives the place free again. */
  end(): void;
}

/** Who may come in at all, how often, and how many at once. */
export interface Gate {
  /** Runs a check of who comes, unless too many failed from the same address; null is one more. */
  knock(request: IncomingMessage, check: () => Promise<Arrival | null>): Promise<Arrival | null>;
  /** Takes the request from the budget of whoever comes. Throws RequestRefusal where it is spent. */
  admit(arrival: Arrival, request: IncomingMessage): Admission;
  close(): void;
}

export function openGate({ share = 1, proxies = 0, budgets }: GateOptions = {}): Gate {
  const failed = new FailedAuthentications({ share });
  const rates = new RateLimit({ share });
  const delay = loopDelay();
  const capacity = new Capacity({ delayMs: delay.ms });
  const unwatch = watchCapacity(capacity);
  return {
    async knock(request, check) {
      const address = remoteAddress(request, proxies);
      failed.assertFew(address);
      const arrival = await check();
      if (!arrival) failed.note(address);
      return arrival;
    },
    admit({ caller, client }, request) {
      const payer = payerOf(caller, client, budgets);
      const rate = rates.take(payer);
      if (!rate.isGranted) throw withHeaders(rateRefusal(rate), unreadBody(request));
      let leave: Leave = () => undefined;
      return {
        headers: rateHeaders(rate),
        async begin(nodes) {
          rates.charge(payer, nodes);
          leave = await capacity.enter(nodes);
        },
        end: () => leave(),
      };
    },
    close() {
      delay.stop();
      unwatch();
    },
  };
}

function withHeaders(
  { status, code, message, headers, details }: RequestRefusal,
  more: Readonly<Record<string, string>>,
): RequestRefusal {
  return new RequestRefusal(status, code, message, { ...headers, ...more }, details);
}
