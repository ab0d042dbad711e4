import type { Readable } from "node:stream";
import type pg from "pg";
import copyStreams from "pg-copy-streams";
import type { Sql, Statement } from "./database.ts";
import { withLiterals } from "./literal.ts";
import { refusalOf } from "./refusal.ts";

/**
 * One connection in a transaction that only reads and sees the database as it was at its first
 * statement, whatever others commit meanwhile. Whoever opens it ends it, or abandons it.
 */
export class Snapshot {
  private isOver = false;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(private readonly client: pg.PoolClient) {}

  static async open(connect: () => Promise<pg.PoolClient>): Promise<Snapshot> {
    try {
      const client = await connect();
      const snapshot = new Snapshot(client);
      try {
        await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        return snapshot;
      } catch (error) {
        snapshot.abandon();
        throw error;
      }
    } catch (error) {
      throw refusalOf(error);
    }
  }

  /** For stores, which then read the same snapshot. */
  get sql(): Sql {
    return {
      rows: <Row>({ text }: Statement, values: readonly unknown[] = []) =>
        this.rows<Row>(text, values),
      run: <Row>(text: string, values: readonly unknown[] = []) => this.rows<Row>(text, values),
    };
  }

  /** One statement after the other: there is one connection, and stores ask for many at once. */
  rows<Row>(text: string, parameters: readonly unknown[]): Promise<Row[]> {
    const read = this.last.then(async () => {
      try {
        return (await this.client.query(text, [...parameters])).rows as Row[];
      } catch (error) {
        throw refusalOf(error);
      }
    });
    this.last = read.catch(() => undefined);
    return read;
  }

  /** The rows of a query as COPY writes them in its binary form. */
  copy(query: string, parameters: readonly unknown[]): Readable {
    const text = `COPY (${withLiterals(query, parameters)}) TO STDOUT WITH (FORMAT binary)`;
    const copied = this.client.query(copyStreams.to(text));
    // pg would wait for an end that such a stream never tells it, and take it for silence at last.
    (copied as { callback?: () => void }).callback?.();
    // Whoever reads it learns of the first error; a connection that breaks tells of several.
    copied.on("error", () => undefined);
    return copied;
  }

  /** Ends the transaction, and gives the connection back. */
  async end(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    const isEnded = await this.client.query("COMMIT").then(
      () => true,
      () => false,
    );
    this.client.release(!isEnded);
  }

  /** Closes the connection, whatever is under way on it. */
  abandon(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.client.release(true);
  }
}
