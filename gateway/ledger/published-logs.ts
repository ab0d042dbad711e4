import { DomainError } from "../../shared/domain-error.ts";
import { TILE_WIDTH } from "../../shared/ledger/tiles.ts";
import type { Ledger } from "../../shared/ledger-store/ledger.ts";
import {
  type AskLog,
  askPublished,
  type LogAnswer,
} from "../../shared/ledger-store/log-question.ts";
import { watchSize } from "../../shared/watched-sizes.ts";
import type { GatewaySubgraph } from "../subgraph.ts";
import { LOG_LIMITS } from "./limits.ts";
import type { AskedLog } from "./log-path.ts";

/** Whoever asks without a token asks for nobody's entries. */
const NOBODY = "log";

/**
 * The logs of all services, as anybody may read them. What never changes is kept; and however many
 * ask for the newest checkpoint, it is read some times a second.
 */
export class PublishedLogs {
  private readonly tiles = new Map<string, LogAnswer>();
  /** Of each service the one that is read, or was read last; it is under way where it has no end yet. */
  private readonly checkpoints = new Map<string, { answer: Promise<LogAnswer>; until: number }>();
  private running = 0;

  constructor(private readonly logs: ReadonlyMap<string, AskLog>) {
    watchSize("log tiles", this.tiles);
  }

  /** What is open to everybody: checkpoints, tiles of hashes, keys. Null where there is no such log. */
  async open({ origin, service, question }: AskedLog): Promise<LogAnswer | null> {
    const ask = this.logs.get(service);
    if (!ask) return null;
    const answer = await this.read(ask, { origin, service, question });
    // Whatever a stranger calls a log, it is read and kept under its own name.
    return answer.origin === origin ? answer : null;
  }

  /** Entries, for a caller of this tenant. Null where there is no such log. */
  async entries(tenant: string, asked: AskedLog): Promise<LogAnswer | null> {
    const answer = await this.logs.get(asked.service)?.(tenant, asked.question);
    return answer?.origin === asked.origin ? answer : null;
  }

  private read(ask: AskLog, { origin, service, question }: AskedLog): Promise<LogAnswer> {
    if (question.kind === "checkpoint") return this.checkpoint(ask, service);
    if (question.kind !== "tile" || question.width < TILE_WIDTH) {
      return this.within(() => ask(NOBODY, question));
    }
    const key = `${service} ${question.level}/${question.n}`;
    const known = this.tiles.get(key);
    if (known) return Promise.resolve(known);
    return this.readTile(key, origin, () => ask(NOBODY, question));
  }

  /** Has its own place: at most one of a service is read at once, however many ask for tiles. */
  private checkpoint(ask: AskLog, service: string): Promise<LogAnswer> {
    const known = this.checkpoints.get(service);
    if (known && known.until > performance.now()) return known.answer;
    const answer = ask(NOBODY, { kind: "checkpoint" });
    const asked = { answer, until: Number.POSITIVE_INFINITY };
    this.checkpoints.set(service, asked);
    answer.then(
      () => {
        asked.until = performance.now() + LOG_LIMITS.checkpointKeptMs;
      },
      () => this.checkpoints.delete(service),
    );
    return answer;
  }

  private async readTile(
    key: string,
    origin: string,
    ask: () => Promise<LogAnswer>,
  ): Promise<LogAnswer> {
    const answer = await this.within(ask);
    if (answer.outcome !== "FOUND" || answer.origin !== origin) return answer;
    if (this.tiles.size >= LOG_LIMITS.tilesKept) {
      const [oldest] = this.tiles.keys();
      if (oldest !== undefined) this.tiles.delete(oldest);
    }
    this.tiles.set(key, answer);
    return answer;
  }

  private async within<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= LOG_LIMITS.readsAtOnce) {
      throw new DomainError("OVERLOADED", `${this.running} readers of logs are being answered`);
    }
    this.running++;
    try {
      return await work();
    } finally {
      this.running--;
    }
  }
}

/** The logs of these subgraphs and of the gateway itself, by service. */
export function publishedLogs(
  subgraphs: readonly Pick<GatewaySubgraph, "name" | "readLog">[],
  own: Ledger | null,
): PublishedLogs {
  const logs = new Map<string, AskLog>();
  for (const { name, readLog } of subgraphs) if (readLog) logs.set(name, readLog);
  if (own) logs.set("gateway", askPublished(own.log));
  return new PublishedLogs(logs);
}
