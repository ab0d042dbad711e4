import { Database, type Sql } from "../../shared/postgres/database.ts";
import type { FreshDatabase } from "../support/postgres.ts";

/** Thrown to undo all that was done. */
class Undone extends Error {}

/** Somebody who may do anything to a database, and past every trigger; all that he does is undone. */
export class Superuser {
  private readonly database: Database;

  constructor(fresh: FreshDatabase) {
    const { adminUrl: url } = fresh;
    // As whoever logs in.
    this.database = new Database({ url, role: "none", poolSize: 1, statementTimeoutMs: 60_000 });
  }

  /** Looks at a database that he has changed, and then it is as it was before. */
  async meanwhile<T>(
    change: (sql: Sql) => Promise<unknown>,
    look: (sql: Sql) => Promise<T>,
  ): Promise<T> {
    let seen: { value: T } | null = null;
    const work = this.database.tenant("acme").transaction(async (sql) => {
      await sql.run("SET LOCAL session_replication_role = replica");
      await change(sql);
      seen = { value: await look(sql) };
      throw new Undone();
    });
    await work.catch((error: unknown) => {
      if (!(error instanceof Undone)) throw error;
    });
    return (seen as unknown as { value: T }).value;
  }

  /** What stays. */
  run<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.database.tenant("acme").run<Row>(text, values);
  }

  async close(): Promise<void> {
    await this.database.close();
  }
}
