import pg from "pg";
import type { RecallDatabases } from "./recall-databases.ts";
import type { SentStatement } from "./statement-log.ts";

/** A statement that is repeated as it was sent. */
interface Replayed extends SentStatement {
  /** It freezes a recall, whose id must be a new one. */
  freezes: boolean;
}

/** Where the id of what is frozen stands among the values. */
const RECALL_ID = 1;
/** Far from the ids that the product gives out. */
let nextRecallId = 1_000_000_000_000;

/** Everything as the text that came: nothing that a client could do costs less. */
const types = { getTypeParser: () => (text: string) => text } as unknown as pg.CustomTypesConfig;

/** Repeats on one connection what the gateway sent, and reads the rows: `pg`, and nothing else. */
export class BareClient {
  private constructor(private readonly client: pg.Client) {}

  static async open({ databases, tenant }: RecallDatabases): Promise<BareClient> {
    const options = `-c role=manufacturing_app -c app.tenant=${tenant} -c timezone=UTC`;
    const connectionString = databases.manufacturing.appUrl;
    const client = new pg.Client({ connectionString, types, options });
    await client.connect();
    return new BareClient(client);
  }

  /** Answers how many rows came. */
  async replay(statements: readonly Replayed[]): Promise<number> {
    let rows = 0;
    for (const { name, text, values, freezes } of statements) {
      const given = freezes ? values.with(RECALL_ID, String(nextRecallId++)) : [...values];
      const query = { text, values: given, ...(name !== null && { name }) };
      const result = await this.client.query(given.length === 0 ? text : query);
      rows += result.rows?.length ?? 0;
    }
    return rows;
  }

  /** The plans of the statements, executed and undone. */
  async plans(statements: readonly Replayed[]): Promise<string> {
    const plans: string[] = [];
    for (const { name, text, values, freezes } of statements) {
      if (values.length === 0) continue;
      const given = freezes ? values.with(RECALL_ID, String(nextRecallId++)) : [...values];
      await this.client.query("BEGIN");
      const explained = `EXPLAIN (ANALYZE, BUFFERS) ${text}`;
      const { rows } = await this.client.query({ text: explained, values: given });
      await this.client.query("ROLLBACK");
      const plan = rows.map((row) => Object.values(row as object)[0]).join("\n");
      plans.push(
        `-- ${name ?? "not prepared"}\n${text}\n-- ${JSON.stringify(values).slice(0, 500)}\n${plan}\n`,
      );
    }
    return plans.join("\n");
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}

/** What is repeated of what was sent: the questions, without how long they may take. */
export function replayable(sent: readonly SentStatement[]): Replayed[] {
  return sent
    .filter(({ text }) => !/^SET\b/.test(text))
    .map((one) => ({
      ...one,
      text: one.text.replace(/^BEGIN;.*$/s, "BEGIN"),
      freezes: /INSERT INTO recall_item\b/.test(one.text),
    }));
}
