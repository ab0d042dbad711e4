import type { IncomingMessage } from "node:http";
import { log } from "../../shared/log.ts";
import { type Arrival, credentialOf } from "../identity/authenticate.ts";
import { watchCapacity } from "../operation/metrics.ts";
import { unreadBody } from "../request/asked-request.ts";
import { RequestRefusal } from "../request/request-refusal.ts";
import { Capacity, type CapacityOptions, type Leave } from "./capacity.ts";
import { FailedAuthentications, remoteAddress } from "./failed-authentications.ts";
import { GoodCredentials } from "./good-credentials.ts";
import { loopDelay } from "./loop-delay.ts";
import { OpenReads } from "./open-reads.ts";
import {
  type Payer,
  payerOf,
  RateLimit,
  rateHeaders,
  rateRefusal,
  type UsualBudgets,
} from "./rate-limit.ts";

export interface GateOptions {
  /** The part of each budget that this process grants: with n workers each has 1/n. */
  share?: number;
  /** Proxies of ours that stand before the gateway. */
  proxies?: number;
  /** Requests a minute of those who have no budget of their own, where they are not the usual ones. */
  budgets?: UsualBudgets;
  /** What the process can bear, where it is not the usual. */
  capacity?: CapacityOptions;
}

/** A request that may go on: what it has left, and how it says what it costs. */
export interface Admission {
  /** Header fields for the answer. */
  headers: Readonly<Record<string, string>>;
  /** Waits for a place. Rejects with RequestRefusal where there is none in time. */
  begin(nodes: number): Promise<void>;
  /** Whose budget it was taken from. */
  payer: Payer;
  /** Gives the place free again. */
  end(): void;
}

/** Who may come in at all, how often, and how many at once. */
export interface Gate {
  /**
   * Runs a check of who comes; null is one that failed. Where too many failed from the same address,
   * only a credential that was good lately is checked: those who are at work there go on.
   */
  knock(request: IncomingMessage, check: () => Promise<Arrival | null>): Promise<Arrival | null>;
  /** Takes the request from the budget of whoever comes. Throws RequestRefusal where it is spent. */
  admit(arrival: Arrival, request: IncomingMessage): Admission;
  /** Takes a request of a stranger from his address's budget. Throws RequestRefusal where it is spent. */
  admitStranger(request: IncomingMessage): void;
  /** How long it takes until this budget has something left, in milliseconds; 0 where it has. */
  untilGranted(payer: Payer): number;
  /**
   * Takes an event of a subscription from its payer's budget, and waits for a place as a request
   * does. Rejects with RequestRefusal where there is none in time.
   */
  enterEvent(payer: Payer, nodes: number): Promise<Leave>;
  close(): void;
}

export function openGate({ share = 1, proxies = 0, budgets, ...options }: GateOptions = {}): Gate {
  const failed = new FailedAuthentications({ share });
  const good = new GoodCredentials();
  const strangers = new OpenReads({ share });
  const hear = proxies > 0 ? () => undefined : forwardedWarning();
  const rates = new RateLimit({ share });
  const delay = loopDelay();
  const capacity = new Capacity({ delayMs: delay.ms, ...options.capacity });
  const unwatch = watchCapacity(capacity);
  return {
    async knock(request, check) {
      hear(request);
      const address = remoteAddress(request, proxies);
      const credential = credentialOf(request.headers);
      const isGood = credential !== null && good.has(credential);
      const arrival = await (isGood ? check() : failed.whileFew(address, check));
      if (credential !== null && arrival) good.note(credential);
      if (isGood && !arrival) {
        good.forget(credential);
        failed.note(address);
      }
      return arrival;
    },
    admit({ caller, client }, request) {
      const payer = payerOf(caller, client, budgets);
      const rate = rates.take(payer);
      if (!rate.isGranted) throw withHeaders(rateRefusal(rate), unreadBody(request));
      let leave: Leave = () => undefined;
      return {
        payer,
        headers: rateHeaders(rate),
        async begin(nodes) {
          rates.charge(payer, nodes);
          leave = await capacity.enter(nodes);
        },
        end: () => leave(),
      };
    },
    admitStranger(request) {
      hear(request);
      strangers.take(remoteAddress(request, proxies));
    },
    untilGranted: (payer) => rates.untilGranted(payer),
    enterEvent(payer, nodes) {
      rates.chargeEvent(payer, nodes);
      return capacity.enter(nodes);
    },
    close() {
      delay.stop();
      unwatch();
    },
  };
}

/** A proxy that nobody has told of makes all its clients one address. Anybody may send the header: once. */
function forwardedWarning(): (request: IncomingMessage) => void {
  let isTold = false;
  return ({ headers }) => {
    if (isTold || headers["x-forwarded-for"] === undefined) return;
    isTold = true;
    log("WARN", "forwarded-for-unread", { advice: "set PROXIES where a proxy of yours sends it" });
  };
}

function withHeaders(
  { status, code, message, headers, details }: RequestRefusal,
  more: Readonly<Record<string, string>>,
): RequestRefusal {
  return new RequestRefusal(status, code, message, { ...headers, ...more }, details);
}
