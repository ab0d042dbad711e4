import type { IncomingMessage } from "node:http";
import type { Caller } from "../../shared/caller.ts";
import { log } from "../../shared/log.ts";
import type { AccessLog } from "../access-log/access-log.ts";
import type { ObserveFetch } from "../guarded-fetch.ts";
import { authenticate, type Doorkeeper } from "../identity/authenticate.ts";
import type { LeanLane } from "../lean-lane.ts";
import type { Gate } from "../load/gate.ts";
import type { Payer } from "../load/rate-limit.ts";
import type { PublishedDocument } from "../registry/registry.ts";
import { PreparedOperations } from "../request/prepared-operation.ts";
import { RETRY_LATER, RequestRefusal } from "../request/request-refusal.ts";
import type { Answer, AnswerStream } from "../request/send-answer.ts";
import type { RequestScope } from "../request-scope.ts";
import type { GatewaySubgraph } from "../subgraph.ts";
import { type EventParts, eventAnswers } from "./answer-event.ts";
import { ChangeFeed } from "./change-feed.ts";
import { EventStream } from "./event-stream.ts";
import { EventTurns } from "./event-turns.ts";
import type { Interruption } from "./interruption.ts";
import { LIVE_LIMITS, type LiveLimits } from "./limits.ts";
import { type LiveParts, LiveSubscription } from "./live-subscription.ts";
import { assertMayFollow } from "./may-follow.ts";
import { Places } from "./places.ts";
import type { AskedSubscription } from "./read-subscription.ts";

/** What live updates work with. */
export interface LiveOptions extends Doorkeeper {
  gate: Pick<Gate, "untilGranted" | "enterEvent">;
  lane: LeanLane;
  subgraphs: readonly GatewaySubgraph[];
  accessLog: Pick<AccessLog, "record">;
  observeFetch?: ObserveFetch | undefined;
  limits?: Partial<LiveLimits>;
}

/** Who subscribes. */
export interface Subscriber {
  /** Is kept: its headers say from time to time whether the caller is still welcome. */
  request: IncomingMessage;
  /** Whose budget the events are taken from. */
  payer: Payer;
  /** The document that is followed; null where a text came. */
  published: PublishedDocument | null;
}

/** The subscriptions of this gateway. */
export class LiveUpdates {
  readonly lane: LeanLane;
  /** The queries that answer events, each prepared once for all who ask the same. */
  readonly events: PreparedOperations;
  private readonly limits: LiveLimits;
  private readonly places: Places;
  private readonly turns: EventTurns;
  private readonly waitingInAll = { count: 0 };
  /** The subgraph that says what changes; null where there is none. */
  private readonly source: { subgraph: GatewaySubgraph; feed: ChangeFeed } | null;
  private isClosing = false;

  constructor(private readonly options: LiveOptions) {
    this.limits = { ...LIVE_LIMITS, ...options.limits };
    this.lane = options.lane;
    this.events = new PreparedOperations(options.lane.schema);
    this.places = new Places(this.limits);
    this.turns = new EventTurns(options.gate, this.limits);
    const subgraph = options.subgraphs.find(({ sdl }) => /^type Subscription\b/m.test(sdl));
    const changes = subgraph?.changes?.bind(subgraph);
    this.source =
      subgraph && changes ? { subgraph, feed: new ChangeFeed(changes, this.limits) } : null;
  }

  /** Subscriptions that stand. */
  get count(): number {
    return this.places.taken;
  }

  /**
   * Begins a subscription: resolves once nothing of what is committed from then on is missed. It
   * stands until the answer's stream is sent or abandoned.
   */
  async begin(
    asked: AskedSubscription,
    scope: RequestScope,
    subscriber: Subscriber,
  ): Promise<Answer> {
    const { source } = this;
    if (!source || this.isClosing) throw notNow();
    const { subgraph } = source;
    const observe = this.options.observeFetch;
    await assertMayFollow({ subgraph, observe }, asked.follows, scope);
    const leave = this.places.take(scope.caller);
    const subscription = new LiveSubscription({
      limits: this.limits,
      waitingInAll: this.waitingInAll,
      answer: this.answerOf({ asked, scope, subgraph }, subscriber),
      reasonToEnd: () => this.reasonToEnd(scope.caller, subscriber),
    });
    const { tenant } = scope.caller;
    let unfollow = (): void => undefined;
    const end = () => {
      unfollow();
      leave();
      // Devices that wait for it are counted in all.
      subscription.interrupt("CLOSING");
    };
    try {
      unfollow = await source.feed.follow(tenant, asked.follows, subscription);
    } catch (error) {
      end();
      log("ERROR", "changes-unread", { id: scope.requestId, reason: String(error) });
      throw notNow();
    }
    return { status: 200, headers: {}, text: "", stream: this.streamOf(subscription, scope, end) };
  }

  /** Ends every subscription, each after the event that is being written. */
  close(): void {
    this.isClosing = true;
    this.source?.feed.close();
  }

  private streamOf(
    subscription: LiveSubscription,
    { requestId }: RequestScope,
    end: () => void,
  ): AnswerStream {
    return {
      abandon: end,
      send: async (response) => {
        const began = performance.now();
        try {
          const why = await subscription.run(new EventStream(response, this.limits));
          const ms = Math.round(performance.now() - began);
          log("INFO", "subscription-ended", { id: requestId, why: why ?? "CLIENT", ms });
        } finally {
          end();
        }
      },
    };
  }

  private answerOf(
    event: Pick<EventParts, "asked" | "scope" | "subgraph">,
    { payer }: Subscriber,
  ): LiveParts["answer"] {
    const { observeFetch: observe, accessLog } = this.options;
    const answer = eventAnswers({ ...event, observe, accessLog, lane: this.lane });
    const { nodes } = event.asked;
    return (serialNumber, signal) =>
      this.turns.take({ payer, nodes, signal }, () => answer(serialNumber));
  }

  /** Whether the token or key that opened the subscription, and its document, still say the same. */
  private async reasonToEnd(
    caller: Caller,
    { request, published }: Subscriber,
  ): Promise<Interruption | null> {
    const arrival = await authenticate(request.headers, this.options);
    if (!arrival || whoIs(arrival.caller) !== whoIs(caller)) return "CALLER";
    if (!published) return null;
    const { tenant, client } = caller;
    const now = await this.options.registry.document(tenant, client ?? "", published.id);
    const isSame = now && !now.isRetired && limitsOf(now) === limitsOf(published);
    return isSame ? null : "DOCUMENT";
  }
}

function whoIs({ subject, tenant, roles, client }: Caller): string {
  return JSON.stringify([subject, tenant, [...roles].sort(), client]);
}

function limitsOf({ variableLimits }: PublishedDocument): string {
  return JSON.stringify(Object.entries(variableLimits).sort());
}

function notNow(): RequestRefusal {
  const text = "changes cannot be followed now";
  return new RequestRefusal(503, "SUBGRAPH_UNAVAILABLE", text, RETRY_LATER);
}
