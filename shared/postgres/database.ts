import pg from "pg";
import { utcMicroseconds } from "../time.ts";
import type { Until } from "./deadline.ts";
import { Snapshot } from "./snapshot.ts";
import { type Pace, SILENCE_MS, tenantSql } from "./tenant-sql.ts";

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
  /** Tenants whose connections are kept open, where that is not the usual number. */
  tenantsAtOnce?: number;
  /** PostgreSQL ends a statement that takes longer; without it reading has less than writing. */
  statementTimeoutMs?: number;
  /** Is told each statement that is sent, transaction control included. For counting in tests. */
  observe?: (text: string) => void;
}

const POOL_SIZE = 8;
/** Outside a transaction. The gateway waits no longer for what is read. */
const READ_TIMEOUT_MS = 5_000;
/** Of one statement of a transaction. */
const WRITE_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 60_000;
/** Tenants whose connections are kept open; the one used longest ago gives way. */
const TENANTS_AT_ONCE = 8;

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

  /**
   * The connections of this tenant, opened as they are needed. After `deadlineAt` nothing is sent,
   * and PostgreSQL ends what still runs.
   */
  tenant(tenant: string, until: Until = {}): TenantSql {
    const { observe, statementTimeoutMs } = this.options;
    const pace: Pace = {
      until,
      observe,
      readMs: statementTimeoutMs ?? READ_TIMEOUT_MS,
      writeMs: statementTimeoutMs ?? WRITE_TIMEOUT_MS,
    };
    // Looked up for each statement: a request may outlive its tenant's pool.
    return tenantSql(() => this.poolOf(tenant), pace);
  }

  /** A connection of this tenant's own in a transaction that lasts. Whoever opens it ends it. */
  snapshot(tenant: string): Promise<Snapshot> {
    return Snapshot.open(() => this.poolOf(tenant).connect());
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
    if (this.pools.size > (this.options.tenantsAtOnce ?? TENANTS_AT_ONCE) && oldest) {
      this.pools.delete(oldest[0]);
      // Its connections end when those who hold one give it back.
      void oldest[1].end();
    }
    return pool;
  }

  private open(tenant: string): pg.Pool {
    const { role, statementTimeoutMs } = this.options;
    const settings = {
      role,
      "app.tenant": tenant,
      timezone: "UTC",
      datestyle: "ISO",
      statement_timeout: statementTimeoutMs ?? READ_TIMEOUT_MS,
    };
    const pool = new pg.Pool({
      connectionString: this.options.url,
      max: this.options.poolSize ?? POOL_SIZE,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: (statementTimeoutMs ?? WRITE_TIMEOUT_MS) + SILENCE_MS,
      keepAlive: true,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      allowExitOnIdle: true,
      types,
      options: Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${String(value).replace(/[\\ ]/g, "\\$&")}`)
        .join(" "),
    });
    // An idle connection that breaks is replaced; whoever asks next sees whether that works.
    pool.on("error", ignored);
    // One in use may break while no statement is on its way: the next one says so.
    pool.on("connect", (client) => client.on("error", ignored));
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

function ignored(): void {}
