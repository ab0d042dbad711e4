import type { IncomingMessage } from "node:http";
import type { Caller } from "../../shared/caller.ts";
import { log } from "../../shared/log.ts";
import type { AccessLog } from "../access-log/access-log.ts";
import type { ObserveFetch } from "../guarded-fetch.ts";
import { authenticate, type Doorkeeper } from "../identity/authenticate.ts";
import type { LeanLane } from "../lean-lane.ts";
import { PreparedOperations } from "../request/prepared-operation.ts";
import { RequestRefusal } from "../request/request-refusal.ts";
import type { Answer, AnswerStream } from "../request/send-answer.ts";
import type { RequestScope } from "../request-scope.ts";
import type { GatewaySubgraph } from "../subgraph.ts";
import { type AnswerEvent, eventAnswers } from "./answer-event.ts";
import { ChangeFeed } from "./change-feed.ts";
import { EventStream } from "./event-stream.ts";
import { LIVE_LIMITS, type LiveLimits } from "./limits.ts";
import { LiveSubscription } from "./live-subscription.ts";
import { assertMayFollow } from "./may-follow.ts";
import { Places } from "./places.ts";
import type { AskedSubscription } from "./read-subscription.ts";
import { Turns } from "./turns.ts";

/** What live updates work with. */
export interface LiveOptions extends Doorkeeper {
  lane: LeanLane;
  subgraphs: readonly GatewaySubgraph[];
  accessLog: Pick<AccessLog, "record">;
  observeFetch?: ObserveFetch | undefined;
  limits?: Partial<LiveLimits>;
}

/** The subscriptions of this gateway. */
export class LiveUpdates {
  readonly lane: LeanLane;
  /** The queries that answer events, each prepared once for all who ask the same. */
  readonly events: PreparedOperations;
  private readonly limits: LiveLimits;
  private readonly places: Places;
  private readonly turns: Turns;
  private readonly waitingInAll = { count: 0 };
  /** The subgraph that says what changes; null where there is none. */
  private readonly source: { subgraph: GatewaySubgraph; feed: ChangeFeed } | null;
  private isClosing = false;

  constructor(private readonly options: LiveOptions) {
    this.limits = { ...LIVE_LIMITS, ...options.limits };
    this.lane = options.lane;
    this.events = new PreparedOperations(options.lane.schema);
    this.places = new Places(this.limits);
    this.turns = new Turns(this.limits.executedAtOnce);
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
    request: IncomingMessage,
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
      answer: this.answerOf(asked, scope, subgraph),
      isStillWelcome: () => this.isStill(scope.caller, request),
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
    asked: AskedSubscription,
    scope: RequestScope,
    subgraph: GatewaySubgraph,
  ): AnswerEvent {
    const answer = eventAnswers({
      asked,
      scope,
      subgraph,
      observe: this.options.observeFetch,
      lane: this.lane,
      accessLog: this.options.accessLog,
    });
    return (serialNumber) => this.turns.take(() => answer(serialNumber));
  }

  /** Whether the token or key that opened the subscription still says the same of its bearer. */
  private async isStill(caller: Caller, { headers }: IncomingMessage): Promise<boolean> {
    const arrival = await authenticate(headers, this.options);
    const told = ({ subject, tenant, roles, client }: Caller) =>
      JSON.stringify([subject, tenant, [...roles].sort(), client]);
    return arrival !== null && told(arrival.caller) === told(caller);
  }
}

function notNow(): RequestRefusal {
  const text = "changes cannot be followed now";
  return new RequestRefusal(503, "SUBGRAPH_UNAVAILABLE", text, { "retry-after": "5" });
}
