import type { Sql } from "../../shared/postgres/database.ts";

/** Every table of a database, but for those of the migrations and the parts of others. */
const TABLES = `SELECT c.relname AS name FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT c.relispartition AND c.relname !~ 'migrations'`;

/** Copies every table as it is now. */
export async function backUp(sql: Pick<Sql, "run">): Promise<void> {
  await sql.run("CREATE SCHEMA IF NOT EXISTS backup");
  for (const { name } of await sql.run<{ name: string }>(TABLES)) {
    await sql.run(`CREATE TABLE backup.${name} AS SELECT * FROM public.${name}`);
  }
}

/** Puts every table back as it was then. */
export async function restore(sql: Sql): Promise<void> {
  for (const { name } of await sql.run<{ name: string }>(TABLES)) {
    const columns = await sql.run<{ name: string }>(
      `SELECT quote_ident(attname) AS name FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
      [`public.${name}`],
    );
    const names = columns.map((column) => column.name).join(", ");
    await sql.run(`DELETE FROM public.${name}`);
    await sql.run(
      `INSERT INTO public.${name} (${names}) OVERRIDING SYSTEM VALUE
       SELECT ${names} FROM backup.${name}`,
    );
  }
}
