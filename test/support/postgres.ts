import { randomUUID } from "node:crypto";
import pg from "pg";
import { Database } from "../../shared/postgres/database.ts";
import { appRole } from "../../shared/postgres/migrate.ts";
import { serviceUrls } from "../../shared/postgres/prepare-server.ts";
import { type ServiceName, templateOf } from "./service-databases.ts";
import { PASSWORD_VARIABLE, SERVER_VARIABLE } from "./test-server.ts";

/** A migrated database of one's own, empty. */
export interface FreshDatabase {
  name: string;
  /** The application's login. */
  appUrl: string;
  /** The owner of the tables. */
  ownerUrl: string;
  /** A superuser, on this database. */
  adminUrl: string;
  /** What the application sent since `sent.length = 0`, where it was given `observe`. */
  sent: string[];
  observe: (text: string) => void;
  /** Connections as the application has them, for SQL against the laws. */
  open(): Database;
  /** Runs SQL as a superuser. */
  admin<Row>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Ends every connection to it and refuses new ones, as a stopped database would; and back. */
  stop(): Promise<void>;
  resume(): Promise<void>;
  drop(): Promise<void>;
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: tests run by npm test`);
  return value;
}

function inDatabase(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}

/** Clones the service's template, in about 30 ms. */
export async function freshDatabase(service: ServiceName): Promise<FreshDatabase> {
  const server = variable(SERVER_VARIABLE);
  const name = `test_${service}_${randomUUID().slice(0, 8)}`;
  await onServer(
    server,
    `CREATE DATABASE ${name} TEMPLATE ${templateOf(service)} OWNER ${service}_owner`,
  );
  const passwords = () => variable(PASSWORD_VARIABLE);
  const urls = serviceUrls(server, service, { database: name, passwords });
  const adminUrl = inDatabase(server, name);
  const sent: string[] = [];
  const setOpen = async (isOpen: boolean) => {
    await onServer(server, `ALTER DATABASE ${name} ALLOW_CONNECTIONS ${isOpen}`);
    if (!isOpen) await onServer(server, TERMINATE, [name]);
  };
  return {
    name,
    ...urls,
    adminUrl,
    sent,
    observe: (text) => void sent.push(text),
    open: () => new Database({ url: urls.appUrl, role: appRole(service), poolSize: 4 }),
    admin: (text, values) => onServer(adminUrl, text, values),
    stop: () => setOpen(false),
    resume: () => setOpen(true),
    drop: async () => {
      await onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

const TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";

/** The statements among these that are not transaction control. */
export function statements(sent: readonly string[]): string[] {
  return sent.filter((text) => !/^(BEGIN|COMMIT|ROLLBACK)\b/.test(text));
}

async function onServer<Row>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as Row[];
  } finally {
    await client.end();
  }
}
