import type pg from "pg";
import { tracedCall } from "../tracing.ts";
import type { Patience, Sql, TenantSql } from "./database.ts";
import { timeLeftMs, type Until } from "./deadline.ts";
import { isDeadlock, isOutOfTime, isSilence, refusalOf } from "./refusal.ts";

/**
 * PostgreSQL ends a statement in time; a server that does not even say so is hung or cut off, and
 * its connection is given up, or it would be lost to the pool for as long as nobody notices.
 */
export const SILENCE_MS = 3_000;

const TRIES_OF_A_TRANSACTION = 5;

/** How the statements of one request are paced. */
export interface Pace {
  until: Until;
  /** Is told each statement that is sent. */
  observe: ((text: string) => void) | undefined;
  /** The usual limit of a statement outside a transaction: what a connection begins with. */
  readMs: number;
  /** The usual limit of a statement within one. */
  writeMs: number;
}

/** A tenant's statements on the connections of a pool, which is looked up for each. */
export function tenantSql(pool: () => pg.Pool, pace: Pace): TenantSql {
  return {
    ...sqlOf((query) => readOnce(pool(), query, pace)),
    async transaction(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await transact(pool(), work, pace);
        } catch (error) {
          if (!isDeadlock(error) || attempt === TRIES_OF_A_TRANSACTION) throw refusalOf(error);
        }
      }
    },
  };
}

/** What each connection has been told, where it is not the usual: the next borrower puts it right. */
const toldTimeouts = new WeakMap<pg.PoolClient, number>();

async function readOnce(pool: pg.Pool, query: pg.QueryConfig, pace: Pace): Promise<pg.QueryResult> {
  const { until, readMs, observe } = pace;
  timeLeftMs(until, readMs);
  const client = await pool.connect();
  let broken = false;
  try {
    const timeoutMs = timeLeftMs(until, readMs);
    if (timeoutMs !== (toldTimeouts.get(client) ?? readMs)) {
      const text = `SET statement_timeout = ${timeoutMs}`;
      observe?.(text);
      await client.query(text);
      toldTimeouts.set(client, timeoutMs);
    }
    observe?.(query.text);
    return await client.query(query);
  } catch (error) {
    broken = !isOutOfTime(error);
    throw error;
  } finally {
    client.release(broken);
  }
}

async function transact<T>(
  pool: pg.Pool,
  work: (sql: Sql) => Promise<T>,
  { until, readMs, writeMs, observe }: Pace,
): Promise<T> {
  timeLeftMs(until, writeMs);
  const client = await pool.connect();
  let broken = false;
  const send = (query: string | pg.QueryConfig) => {
    observe?.(typeof query === "string" ? query : query.text);
    return client.query(query as pg.QueryConfig);
  };
  try {
    let timeoutMs = timeLeftMs(until, writeMs);
    const isUsual = timeoutMs === (toldTimeouts.get(client) ?? readMs);
    await send(isUsual ? "BEGIN" : `BEGIN; SET LOCAL statement_timeout = ${timeoutMs}`);
    // Whoever asks PostgreSQL for more time than usual goes on after the deadline too.
    let isPatient = false;
    const sql = sqlOf(
      async (query, patience) => {
        isPatient ||= patience !== undefined;
        const leftMs = isPatient ? timeoutMs : timeLeftMs(until, writeMs);
        if (leftMs < timeoutMs) {
          timeoutMs = leftMs;
          await send(`SET LOCAL statement_timeout = ${timeoutMs}`);
        }
        return send(query);
      },
      (error) => error,
    );
    const result = await work(sql);
    if (!isPatient) timeLeftMs(until, writeMs);
    await send("COMMIT");
    return result;
  } catch (error) {
    broken = isSilence(error) || !(await isRolledBack(client));
    throw error;
  } finally {
    client.release(broken);
  }
}

function isRolledBack(client: pg.PoolClient): Promise<boolean> {
  return client.query("ROLLBACK").then(
    () => true,
    () => false,
  );
}

function sqlOf(
  send: (query: pg.QueryConfig, patience?: Patience) => Promise<pg.QueryResult>,
  explain: (error: unknown) => unknown = refusalOf,
): Sql {
  const rowsOf = async <Row>(query: pg.QueryConfig, patience?: Patience): Promise<Row[]> => {
    try {
      const { rows } = await tracedCall(spanName(query), SPAN, () => send(query, patience));
      return rows as Row[];
    } catch (error) {
      throw explain(error);
    }
  };
  return {
    rows: ({ name, text }, values = []) => rowsOf({ name, text, values: [...values] }),
    run: (text, values = [], patience) =>
      rowsOf({ text, values: [...values], ...waiting(patience) }, patience),
  };
}

/** pg's own words for how long to wait for an answer. Its types know them of a pool alone. */
function waiting(patience: Patience | undefined): { query_timeout?: number } {
  return patience ? { query_timeout: patience.statementTimeoutMs + SILENCE_MS } : {};
}

const SPAN = { "db.system.name": "postgresql" };

/** A trace names a statement, and holds nothing of its text or values. */
function spanName({ name = "unnamed" }: pg.QueryConfig): string {
  return `sql ${name}`;
}
