import { DomainError } from "../../shared/domain-error.ts";
import { PersonKeys } from "../../shared/ledger-store/person-keys.store.ts";
import type { Database } from "../../shared/postgres/database.ts";
import { observeFlush } from "../operation/metrics.ts";
import type { AccessLine } from "./access-line.ts";
import { AccessLogStore } from "./access-log.store.ts";
import { ACCESS_LOG } from "./limits.ts";
import { KeyNames, subjectInLine } from "./line-name.ts";

/** Where lines become durable: resolves when PostgreSQL has committed them. */
export type WriteLines = (tenant: string, lines: readonly AccessLine[]) => Promise<void>;

interface Waiting {
  line: AccessLine;
  recorded: () => void;
  failed: (error: unknown) => void;
}

export interface AccessLogOptions {
  /** How long an idle log waits for more lines before it writes. */
  gatherMs?: number;
}

/** By what whoever asks is named. */
export interface OpenLogOptions extends AccessLogOptions {
  people?: PersonKeys;
  names?: KeyNames;
}

/** Opens the access log on the gateway's database. */
export function openAccessLog(
  database: Database,
  { people = new PersonKeys(), names = new KeyNames(), ...options }: OpenLogOptions = {},
): AccessLog {
  const write: WriteLines = async (tenant, lines) => {
    const began = performance.now();
    const sql = database.tenant(tenant);
    const keyNames = lines.map((line) => names.of(line));
    const persons = await people.learn(sql, tenant, [...new Set(keyNames)]);
    const named = lines.map((line, index) => {
      const person = persons.get(keyNames[index] ?? "");
      if (!person) throw new Error("whoever asked has no key");
      return { ...line, subject: subjectInLine(line, person), actor: person.actor };
    });
    await new AccessLogStore(sql, tenant).add(named);
    observeFlush(performance.now() - began);
  };
  return new AccessLog(write, options);
}

/**
 * Records what requests saw. A line counts once `record` resolves: it is committed then, and only
 * then may the answer leave. Lines that come while a statement is under way go together in the
 * next one, so that a commit serves as many requests as there are.
 */
export class AccessLog {
  /** Of each tenant that has lines waiting or under way, those that wait. */
  private readonly queues = new Map<string, Waiting[]>();
  private readonly drains = new Set<Promise<void>>();
  private lines = 0;
  private isClosed = false;

  constructor(
    private readonly write: WriteLines,
    private readonly options: AccessLogOptions = {},
  ) {}

  /** Lines that are not durable yet. */
  get pending(): number {
    return this.lines;
  }

  /** Resolves when the line is durable; else rejects, and the answer must not be sent. */
  record(line: AccessLine): Promise<void> {
    if (this.isClosed) return Promise.reject(unavailable("the access log is closed"));
    if (this.lines >= ACCESS_LOG.queueLines) {
      return Promise.reject(unavailable(`${this.lines} lines wait for the access log`));
    }
    this.lines++;
    return new Promise<void>((recorded, failed) => {
      const waiting = { line, recorded, failed };
      const queue = this.queues.get(line.tenant);
      if (queue) queue.push(waiting);
      else this.begin(line.tenant, [waiting]);
    });
  }

  /** Takes no more lines, and waits for those that it has. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.drains);
  }

  private begin(tenant: string, queue: Waiting[]): void {
    this.queues.set(tenant, queue);
    const drain = this.drain(tenant, queue).finally(() => this.drains.delete(drain));
    this.drains.add(drain);
  }

  private async drain(tenant: string, queue: Waiting[]): Promise<void> {
    await turn(this.options.gatherMs ?? ACCESS_LOG.gatherMs);
    while (queue.length > 0) {
      const batch = queue.splice(0, ACCESS_LOG.linesPerStatement);
      try {
        const lines = batch.map(({ line }) => line);
        await inTime(this.write(tenant, lines));
        for (const { recorded } of batch) recorded();
      } catch (error) {
        const reason = refusalOf(error);
        for (const { failed } of batch) failed(reason);
        // Whoever waits behind a database that is gone would only wait for the same.
        if (reason instanceof DomainError) {
          const behind = queue.splice(0);
          for (const { failed } of behind) failed(reason);
          this.lines -= behind.length;
        }
      }
      this.lines -= batch.length;
    }
    this.queues.delete(tenant);
  }
}

function turn(gatherMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (gatherMs > 0) setTimeout(resolve, gatherMs);
    else setImmediate(resolve);
  });
}

async function inTime(written: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const text = `the access log was not written within ${ACCESS_LOG.recordMs} ms`;
    timer = setTimeout(() => reject(unavailable(text)), ACCESS_LOG.recordMs);
  });
  try {
    await Promise.race([written, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Too slow a database is as good as none: no line, no answer. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof DomainError) || error.code === "DATABASE_UNAVAILABLE") return error;
  return unavailable(error.message);
}

function unavailable(why: string): DomainError {
  return new DomainError("DATABASE_UNAVAILABLE", why);
}
