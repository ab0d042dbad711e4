import type { FreshDatabase } from "../support/postgres.ts";

/** Every row of every table, as text. */
export async function everyRow(database: Pick<FreshDatabase, "admin">): Promise<string> {
  const tables = await database.admin<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'`,
  );
  const texts = await Promise.all(
    tables.map(({ name }) =>
      database.admin<{ text: string }>(
        `SELECT coalesce(string_agg(t::text, ' '), '') AS text FROM ${name} t`,
      ),
    ),
  );
  return texts.map(([row]) => row?.text).join("\n");
}
