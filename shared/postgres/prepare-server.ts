import pg from "pg";
import { appRole, type ServiceDatabase } from "./migrate.ts";

/** The two logins of a service: the tables' owner, for migrations only, and the application. */
export interface ServiceUrls {
  ownerUrl: string;
  appUrl: string;
}

/**
 * Makes a service's roles and its database on a server that is wholly ours, and answers the
 * logins. Repeating it changes nothing but the passwords, which are set as given.
 */
export async function prepareDatabase(
  adminUrl: string,
  service: Pick<ServiceDatabase, "name" | "workerRoles">,
  { database = service.name, passwords }: { database?: string; passwords: PasswordOf },
): Promise<ServiceUrls> {
  const owner = `${service.name}_owner`;
  const app = appRole(service.name);
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await ensureLogin(client, owner, passwords(owner));
    await ensureLogin(client, app, passwords(app));
    for (const role of service.workerRoles ?? []) {
      await ensureRole(client, role);
      await grantToBecome(client, role, app);
    }
    const known = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
    if (known.rowCount === 0) await client.query(`CREATE DATABASE ${database} OWNER ${owner}`);
    // Databases of one server are separate rooms: no service enters another's.
    await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
    await client.query(`GRANT CONNECT ON DATABASE ${database} TO ${app}`);
    await client.query("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC");
  } finally {
    await client.end();
  }
  return serviceUrls(adminUrl, service.name, { database, passwords });
}

/** The logins of a service to one database of a prepared server. */
export function serviceUrls(
  adminUrl: string,
  service: string,
  { database, passwords }: { database: string; passwords: PasswordOf },
): ServiceUrls {
  const [owner, app] = [`${service}_owner`, appRole(service)];
  return {
    ownerUrl: loginUrl(adminUrl, owner, passwords(owner), database),
    appUrl: loginUrl(adminUrl, app, passwords(app), database),
  };
}

/** The password of a role, always the same for one data folder. */
export type PasswordOf = (role: string) => string;

/** PostgreSQL says of each membership from this version on whether it is inherited. */
const MEMBERSHIPS_HAVE_OPTIONS = 160_000;

/** Lets a login become a role, and have none of its rights before: who is a member inherits them. */
async function grantToBecome(client: pg.Client, role: string, login: string): Promise<void> {
  await client.query(`ALTER ROLE ${login} NOINHERIT`);
  const { rows } = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::integer AS version",
  );
  const hasOptions = (rows[0]?.version ?? 0) >= MEMBERSHIPS_HAVE_OPTIONS;
  await client.query(`GRANT ${role} TO ${login}${hasOptions ? " WITH INHERIT FALSE" : ""}`);
}

async function ensureRole(client: pg.Client, role: string): Promise<void> {
  const known = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]);
  if (known.rowCount === 0) await client.query(`CREATE ROLE ${role} NOLOGIN`);
}

async function ensureLogin(client: pg.Client, role: string, password: string): Promise<void> {
  await ensureRole(client, role);
  const quoted = client.escapeLiteral(password);
  await client.query(`ALTER ROLE ${role} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD ${quoted}`);
}

function loginUrl(adminUrl: string, role: string, password: string, database: string): string {
  const url = new URL(adminUrl);
  url.username = role;
  url.password = encodeURIComponent(password);
  url.pathname = `/${database}`;
  return url.href;
}
