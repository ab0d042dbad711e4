import pg from "pg";
import { DomainError } from "../domain-error.ts";
import { utcMicroseconds } from "../time.ts";

/** A statement that PostgreSQL parses and plans once a connection. Names are unique in a service. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export function statement(name: string, text: string): Statement {
  return { name, text };
}

/** How long a statement may take that PostgreSQL was told to give more time than usual. */
export interface Patience {
  statementTimeoutMs: number;
}

/** What a store needs of a connection; it is bound to one tenant. */
export interface Sql {
  /** Runs a prepared statement. */
  rows<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs a statement whose text is made for the occasion, and answers the rows it touched. */
  run<Row>(text: string, values?: readonly unknown[], patience?: Patience): Promise<Row[]>;
}

/** A tenant's connections. */
export interface TenantSql extends Sql {
  /** Runs `work` in one transaction, READ COMMITTED; repeated where PostgreSQL broke a deadlock. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
}

export interface DatabaseOptions {
  /** A login that is, or may become, `role`. */
  url: string;
  /** The role in which statements run: neither superuser nor owner of a table. */
  role: string;
  /** Connections a tenant, at most. */
  poolSize?: number;
  /** PostgreSQL ends a statement that takes longer. */
  statementTimeoutMs?: number;
  /** Is told each statement that is sent, transaction control included. For counting in tests. */
  observe?: (text: string) => void;
}

const POOL_SIZE = 8;
const STATEMENT_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
/**
 * PostgreSQL ends a statement in time; a server that does not even say so is hung or cut off, and
 * its connection is given up, or it would be lost to the pool for as long as nobody notices.
 */
const SILENCE_MS = 3_000;
const IDLE_TIMEOUT_MS = 60_000;
/** Tenants whose connections are kept open; the one used longest ago gives way. */
const TENANTS_AT_ONCE = 8;
const TRIES_OF_A_TRANSACTION = 5;

/** The databases that this process has open, for its metrics. */
export const openDatabases = new Set<Database>();

/** Connections of all tenants together. */
export interface DatabaseUsage {
  inUse: number;
  idle: number;
  /** Statements and transactions that wait for a connection. */
  waiting: number;
}

/**
 * The connections of one service. Each is bound to one tenant for its whole life, so that no
 * request can find another tenant's setting on it; row-level security reads that setting.
 */
export class Database {
  private readonly pools = new Map<string, pg.Pool>();

  constructor(private readonly options: DatabaseOptions) {
    openDatabases.add(this);
  }

  /** Whose tables they are: the first word of the role. */
  get service(): string {
    return this.options.role.split("_", 1)[0] ?? "";
  }

  usage(): DatabaseUsage {
    const usage = { inUse: 0, idle: 0, waiting: 0 };
    for (const { totalCount, idleCount, waitingCount } of this.pools.values()) {
      usage.inUse += totalCount - idleCount;
      usage.idle += idleCount;
      usage.waiting += waitingCount;
    }
    return usage;
  }

  /** The connections of this tenant, opened as they are needed. */
  tenant(tenant: string): TenantSql {
    // Looked up for each statement: a request may outlive its tenant's pool.
    return tenantSql(() => this.poolOf(tenant), this.options.observe);
  }

  async close(): Promise<void> {
    openDatabases.delete(this);
    const pools = [...this.pools.values()];
    this.pools.clear();
    await Promise.all(pools.map((pool) => pool.end()));
  }

  private poolOf(tenant: string): pg.Pool {
    const pool = this.pools.get(tenant) ?? this.open(tenant);
    this.pools.delete(tenant);
    this.pools.set(tenant, pool);
    const [oldest] = this.pools;
    if (this.pools.size > TENANTS_AT_ONCE && oldest) {
      this.pools.delete(oldest[0]);
      // Its connections end when those who hold one give it back.
      void oldest[1].end();
    }
    return pool;
  }

  private open(tenant: string): pg.Pool {
    const { role, statementTimeoutMs = STATEMENT_TIMEOUT_MS } = this.options;
    const settings = {
      role,
      "app.tenant": tenant,
      timezone: "UTC",
      datestyle: "ISO",
      statement_timeout: statementTimeoutMs,
    };
    const pool = new pg.Pool({
      connectionString: this.options.url,
      max: this.options.poolSize ?? POOL_SIZE,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: statementTimeoutMs + SILENCE_MS,
      keepAlive: true,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      allowExitOnIdle: true,
      types,
      options: Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${String(value).replace(/[\\ ]/g, "\\$&")}`)
        .join(" "),
    });
    // An idle connection that breaks is replaced; whoever asks next sees whether that works.
    pool.on("error", () => undefined);
    return pool;
  }
}

/** bigint as number (ids stay below 2^53), timestamptz as text with microseconds, jsonb as values. */
const types = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    if (oid === pg.types.builtins.INT8) return Number;
    if (oid === pg.types.builtins.TIMESTAMPTZ) return utcMicroseconds;
    if (oid === pg.types.builtins.DATE) return String;
    return pg.types.getTypeParser(oid, format ?? "text");
  },
} as pg.CustomTypesConfig;

type Observe = DatabaseOptions["observe"];

function tenantSql(pool: () => pg.Pool, observe: Observe): TenantSql {
  return {
    ...sqlOf((query) => pool().query(query), observe),
    async transaction(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await transact(pool(), work, observe);
        } catch (error) {
          if (!isDeadlock(error) || attempt === TRIES_OF_A_TRANSACTION) throw refusalOf(error);
        }
      }
    },
  };
}

async function transact<T>(
  pool: pg.Pool,
  work: (sql: Sql) => Promise<T>,
  observe: Observe,
): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  // It may break while no statement is on its way: the next one says so, and the process lives on.
  client.on("error", ignored);
  try {
    observe?.("BEGIN");
    await client.query("BEGIN");
    const sql = sqlOf(
      (query) => client.query(query),
      observe,
      (error) => error,
    );
    const result = await work(sql);
    observe?.("COMMIT");
    await client.query("COMMIT");
    return result;
  } catch (error) {
    broken = isSilence(error) || !(await isRolledBack(client));
    throw error;
  } finally {
    client.release(broken);
    client.off("error", ignored);
  }
}

function ignored(): void {}

/** Whether the server did not answer at all; then nothing more is asked on that connection. */
function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === "Query read timeout";
}

function isRolledBack(client: pg.PoolClient): Promise<boolean> {
  return client.query("ROLLBACK").then(
    () => true,
    () => false,
  );
}

function sqlOf(
  query: (query: pg.QueryConfig) => Promise<pg.QueryResult>,
  observe: Observe,
  explain: (error: unknown) => unknown = refusalOf,
): Sql {
  const send = async <Row>(config: pg.QueryConfig): Promise<Row[]> => {
    observe?.(config.text);
    try {
      return (await query(config)).rows as Row[];
    } catch (error) {
      throw explain(error);
    }
  };
  return {
    rows: ({ name, text }, values = []) => send({ name, text, values: [...values] }),
    run: (text, values = [], patience) => send({ text, values: [...values], ...waiting(patience) }),
  };
}

/** pg's own words for how long to wait for an answer. Its types know them of a pool alone. */
function waiting(patience: Patience | undefined): { query_timeout?: number } {
  return patience ? { query_timeout: patience.statementTimeoutMs + SILENCE_MS } : {};
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

function isDeadlock(error: unknown): boolean {
  return ["40001", "40P01"].includes(codeOf(error));
}

/** Whether PostgreSQL refused a row because its key is taken. */
export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === "23505";
}

/** A database that cannot be asked, or took too long, is a refusal that may be tried again. */
function refusalOf(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const code = codeOf(error);
  if (code === "57014") return new DomainError("TIMEOUT", "the database took too long");
  const message = error instanceof Error ? error.message : "";
  const isGone =
    isSilence(error) ||
    /^(08|57P|53)/.test(code) ||
    // The server ended, or refused, the whole connection: it stops, it starts, it lets nobody in.
    (error instanceof pg.DatabaseError && ["FATAL", "PANIC"].includes(error.severity ?? "")) ||
    ["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"].includes(code) ||
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered/.test(
      message,
    );
  if (isGone) return new DomainError("DATABASE_UNAVAILABLE", "the database cannot be asked now");
  return error;
}
