import { open, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { RecallDatabases } from "./recall-databases.ts";
import { readStatementLog, type SentStatement } from "./statement-log.ts";

/** What PostgreSQL did in one database since the counters were set back. */
export interface ServerWork {
  /** Pages of 8 kB that statements looked at, in memory or not, each as often as they did. */
  buffers: number;
  /** Of these, those that were not in PostgreSQL's own memory. */
  buffersRead: number;
  executionMs: number;
  statements: number;
}

const DATABASE = "manufacturing";
/** How long connections take to hear of a changed setting. */
const RELOAD_MS = 300;

const WORK = `SELECT COALESCE(sum(shared_blks_hit + shared_blks_read), 0)::float8 AS buffers,
    COALESCE(sum(shared_blks_read), 0)::float8 AS "buffersRead",
    COALESCE(sum(total_exec_time), 0)::float8 AS "executionMs",
    COALESCE(sum(calls), 0)::float8 AS statements
  FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = $1`;

/** What the server counts and logs of the statements of Manufacturing, seen by a superuser. */
export class Counters {
  private constructor(
    private readonly client: pg.Client,
    private readonly logFile: string,
  ) {}

  static async open({ adminUrl, logFile }: RecallDatabases): Promise<Counters> {
    const client = new pg.Client({ connectionString: adminUrl("postgres") });
    await client.connect();
    await client.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
    return new Counters(client, logFile);
  }

  async reset(): Promise<void> {
    await this.client.query("SELECT pg_stat_statements_reset()");
  }

  async work(): Promise<ServerWork> {
    const { rows } = await this.client.query<ServerWork>(WORK, [DATABASE]);
    const [row] = rows;
    if (!row) throw new Error("nothing was counted");
    return row;
  }

  /** The statements that are sent meanwhile, with their values. */
  async sentWhile(work: () => Promise<unknown>): Promise<SentStatement[]> {
    const { size } = await stat(this.logFile);
    await this.setting("SET log_min_duration_statement = 0");
    await work();
    await this.setting("RESET log_min_duration_statement");
    const log = await open(this.logFile, "r");
    try {
      const { size: end } = await log.stat();
      const buffer = Buffer.alloc(end - size);
      await log.read({ buffer, position: size });
      return readStatementLog(buffer.toString("utf8"), DATABASE);
    } finally {
      await log.close();
    }
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  private async setting(text: string): Promise<void> {
    await this.client.query(`ALTER SYSTEM ${text}`);
    await this.client.query("SELECT pg_reload_conf()");
    await sleep(RELOAD_MS);
  }
}
