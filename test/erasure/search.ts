import { closeSync, openSync, readSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";

/** What is looked for: the word, which is in small letters everywhere, and as a `bytea` is written. */
function formsOf(word: string): Buffer[] {
  return [Buffer.from(word), Buffer.from(Buffer.from(word).toString("hex"))];
}

/** The files below a folder whose bytes hold the word. */
export async function filesWith(folder: string, word: string): Promise<string[]> {
  const forms = formsOf(word);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && holds(path, forms)) found.push(path.slice(folder.length + 1));
  }
  return found.sort();
}

/** One buffer for all files: there are thousands, most of them small. */
const BUFFER = Buffer.alloc(4 * 1024 * 1024);

/** A word may lie across the border of two readings. */
function holds(path: string, forms: readonly Buffer[]): boolean {
  const overlap = Math.max(...forms.map(({ length }) => length));
  const file = openedOrNull(path);
  if (file === null) return false;
  try {
    for (let kept = 0; ; ) {
      const read = readSync(file, BUFFER, kept, BUFFER.length - kept, null);
      const bytes = BUFFER.subarray(0, kept + read);
      if (forms.some((form) => bytes.includes(form))) return true;
      if (read === 0) return false;
      kept = Math.min(overlap, bytes.length);
      bytes.copy(BUFFER, 0, bytes.length - kept);
    }
  } finally {
    closeSync(file);
  }
}

/** The server removes a file now and then. */
function openedOrNull(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** The tables of all databases of a server whose rows hold the word, as a dump would write them. */
export async function tablesWith(adminUrl: string, word: string): Promise<string[]> {
  const found: string[] = [];
  await inEachDatabase(adminUrl, async (client, database) => {
    const tables = await tablesOfDatabase(client, word);
    found.push(...tables.map((table) => `${database} ${table}`));
  });
  return found.sort();
}

/** Has PostgreSQL make statistics of everything, as it does by itself where many rows have changed. */
export async function analyzed(adminUrl: string): Promise<void> {
  await inEachDatabase(adminUrl, async (client) => void (await client.query("ANALYZE")));
}

async function inEachDatabase(
  adminUrl: string,
  work: (client: pg.Client, database: string) => Promise<void>,
): Promise<void> {
  const databases = await onServer(adminUrl, (client) =>
    rowsOf<{ name: string }>(
      client,
      "SELECT datname AS name FROM pg_database WHERE datallowconn AND NOT datistemplate",
    ),
  );
  for (const { name } of databases) {
    const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
    await onServer(url, (client) => work(client, name));
  }
}

async function tablesOfDatabase(client: pg.Client, word: string): Promise<string[]> {
  const tables = await rowsOf<{ name: string }>(
    client,
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'm') AND n.nspname <> 'information_schema'
       AND n.nspname NOT LIKE 'pg_toast%'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const [row] = await rowsOf<{ isThere: boolean }>(
      client,
      `SELECT EXISTS (SELECT FROM ${name} t
         WHERE t::text ILIKE '%' || $1 || '%' OR t::text LIKE '%' || $2 || '%') AS "isThere"`,
      [word, Buffer.from(word).toString("hex")],
    );
    if (row?.isThere) found.push(name);
  }
  return found;
}

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function rowsOf<Row>(
  client: pg.Client,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return (await client.query(text, values)).rows as Row[];
}
