import { type Sql, type Statement, statement, type TenantSql } from "../postgres/database.ts";
import type { Timestamp } from "../time.ts";
import type { MarkedRow } from "./feed-position.ts";
import { EVENT_LIMITS } from "./limits.ts";

/** Up to where a tenant's events are numbered, and up to where they were removed. */
export interface FeedHead {
  last: number;
  removedTo: number;
  /** Whether there are rows that nobody has numbered yet. */
  isBehind: boolean;
}

/** The statements of one service's feed. */
export interface FeedStatements {
  head: Statement;
  openHead: Statement;
  holdHead: Statement;
  number: Statement;
  rows: Statement;
  probe: Statement;
  remove: Statement;
}

/**
 * The statements on a service's table of changes: a row for each statement that wrote revisions,
 * with `revisions`, one for each event, `place` from a sequence, and `ends_at`, the number of the
 * row's last event. `columns` is what its events are made of.
 */
export function feedStatements(table: string, columns: string): FeedStatements {
  const named = (name: string, text: string) => statement(`${table}_${name}`, text);
  return {
    head: named(
      "head",
      `SELECT coalesce(h.last, 0) AS last, coalesce(h.removed_to, 0) AS "removedTo",
         EXISTS (SELECT FROM ${table} WHERE tenant = $1 AND ends_at IS NULL) AS "isBehind"
       FROM (VALUES (1)) AS always LEFT JOIN change_head h ON h.tenant = $1`,
    ),
    openHead: named(
      "open_head",
      `INSERT INTO change_head (tenant, last, removed_to) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING`,
    ),
    holdHead: named(
      "hold_head",
      "SELECT last FROM change_head WHERE tenant = $1 FOR NO KEY UPDATE",
    ),
    number: named(
      "number",
      `WITH next AS MATERIALIZED (
         SELECT place, cardinality(revisions) AS events FROM ${table}
         WHERE tenant = $1 AND ends_at IS NULL ORDER BY place LIMIT $2
       ), counted AS MATERIALIZED (
         SELECT place, ($3::bigint + sum(events) OVER (ORDER BY place))::bigint AS ends_at FROM next
       ), numbered AS (
         UPDATE ${table} c SET ends_at = n.ends_at FROM counted n
         WHERE c.tenant = $1 AND c.place = n.place AND c.ends_at IS NULL
       )
       UPDATE change_head SET last = (SELECT max(ends_at) FROM counted)
       WHERE tenant = $1 AND EXISTS (SELECT FROM counted) RETURNING last`,
    ),
    rows: named(
      "rows",
      `SELECT ends_at AS "endsAt", recorded_at AS "recordedAt", ${columns} FROM ${table}
       WHERE tenant = $1 AND ends_at >= $2 AND ends_at - cardinality(revisions) < $2 + $3
       ORDER BY ends_at LIMIT $3 + 1`,
    ),
    probe: named(
      "probe",
      `SELECT ends_at AS "endsAt", recorded_at AS "recordedAt",
         ends_at - cardinality(revisions) AS "beginsAt"
       FROM ${table} WHERE tenant = $1 AND ends_at >= $2 ORDER BY ends_at LIMIT 1`,
    ),
    remove: named(
      "remove",
      `WITH oldest AS MATERIALIZED (
         SELECT ends_at, recorded_at FROM ${table}
         WHERE tenant = $1 AND ends_at IS NOT NULL ORDER BY ends_at LIMIT $3
       ), old AS (
         SELECT max(ends_at) AS last FROM oldest
         WHERE ends_at < coalesce((SELECT min(ends_at) FROM oldest
           WHERE recorded_at >= statement_timestamp() - $2 * interval '1 ms'), 9223372036854775807)
       ), removed AS (
         DELETE FROM ${table} WHERE tenant = $1 AND ends_at <= (SELECT last FROM old) RETURNING 1
       ), noted AS (
         UPDATE change_head h SET removed_to = greatest(h.removed_to, old.last) FROM old
         WHERE h.tenant = $1 AND old.last IS NOT NULL
       )
       SELECT count(*) AS removed FROM removed`,
    ),
  };
}

/** A row of the feed, with what its events are made of. */
export type FeedRow<Columns> = Columns & MarkedRow & { revisions: readonly number[] };

/**
 * The changes of one tenant as a feed. Writers only add rows. Whoever reads numbers first what has
 * become visible, in the order of `place`. A sequence gives out the place while the writer holds
 * the rows of the devices. So of two changes of one device the second takes its place after the
 * first was committed: its place is greater, and it is never numbered before the first. The order
 * per device holds, whatever clocks say and however long a transaction takes.
 */
export class NumberedFeedStore<Columns> {
  constructor(
    private readonly sql: TenantSql,
    private readonly tenant: string,
    private readonly statements: FeedStatements,
  ) {}

  async head(): Promise<FeedHead> {
    const [row] = await this.sql.rows<FeedHead>(this.statements.head, [this.tenant]);
    return row ?? { last: 0, removedTo: 0, isBehind: false };
  }

  /** Numbers rows until so many events lie before the end, or there are no more; not for ever. */
  async numberTo(enough: number): Promise<FeedHead> {
    let head = await this.head();
    for (let step = 0; step < EVENT_LIMITS.numberingsOfAReading; step++) {
      if (!head.isBehind || head.last >= enough) break;
      await this.sql.transaction((tx) => this.numberSome(tx));
      head = await this.head();
    }
    return head;
  }

  /** The row in which this number lies, if it is still there, and those with so many events after it. */
  rows(number: number, events: number): Promise<FeedRow<Columns>[]> {
    return this.sql.rows<FeedRow<Columns>>(this.statements.rows, [this.tenant, number, events]);
  }

  /** The row in which this number lies, or the first one behind it. */
  async rowAt(number: number): Promise<(MarkedRow & { beginsAt: number }) | null> {
    const [row] = await this.sql.rows<MarkedRow & { beginsAt: number }>(this.statements.probe, [
      this.tenant,
      number,
    ]);
    return row ?? null;
  }

  /** The greatest row's end so that all that was recorded at this time or later lies behind it. */
  async endBefore(time: Timestamp, { last, removedTo }: FeedHead): Promise<number> {
    const margin = EVENT_LIMITS.longestTransactionMs;
    const sure = `${new Date(Date.parse(time) - margin).toISOString().slice(0, 23)}000Z`;
    let [low, high] = [removedTo, last];
    while (low < high) {
      const row = await this.rowAt(Math.floor((low + high) / 2) + 1);
      if (!row) break;
      if (row.recordedAt < sure) low = Math.min(row.endsAt, high);
      else high = Math.max(row.beginsAt, low);
    }
    return low;
  }

  /** Removes the oldest rows, some at a time: what nobody removed for long is no long statement. */
  async removeOld(): Promise<void> {
    const { keptMs, removedAtOnce } = EVENT_LIMITS;
    await this.numberTo(Number.POSITIVE_INFINITY);
    for (let removed: number = removedAtOnce; removed === removedAtOnce; ) {
      const values = [this.tenant, keptMs, removedAtOnce];
      const [row] = await this.sql.rows<{ removed: number }>(this.statements.remove, values);
      removed = row?.removed ?? 0;
    }
  }

  /** In a transaction, one at a time for a tenant: the second statement sees what others numbered. */
  private async numberSome(tx: Sql): Promise<void> {
    const { openHead, holdHead, number } = this.statements;
    await tx.rows(openHead, [this.tenant]);
    const [held] = await tx.rows<{ last: number }>(holdHead, [this.tenant]);
    if (!held) throw new Error("the head of the changes is gone");
    await tx.rows(number, [this.tenant, EVENT_LIMITS.numberedAtOnce, held.last]);
  }
}
