import { DataSource, type DataSourceOptions } from "typeorm";

/** What a service needs of its database. */
export interface ServiceDatabase {
  /** The service: also the prefix of its roles and, in the embedded server, its database. */
  name: string;
  entities: NonNullable<DataSourceOptions["entities"]>;
  migrations: NonNullable<DataSourceOptions["migrations"]>;
  /** Roles without login, beside `<name>_app`, that the application may become. */
  workerRoles?: readonly string[];
}

/** The role in which a service's application runs. */
export function appRole(service: string): string {
  return `${service}_app`;
}

/** Brings a database up to date, as the owner of its tables. Answers the migrations that ran. */
export async function migrate(url: string, database: ServiceDatabase): Promise<string[]> {
  const source = await open(url, database);
  try {
    await ensureRoles(source, database);
    const ran = await source.runMigrations({ transaction: "each" });
    return ran.map(({ name }) => name);
  } finally {
    await source.destroy();
  }
}

/** The migrations that a database still lacks, by name. */
export async function pendingMigrations(url: string, database: ServiceDatabase): Promise<string[]> {
  const source = await open(url, database);
  try {
    const known = source.migrations.map(({ name }) => name ?? "");
    const [table] = await source.query<{ name: string | null }[]>(
      "SELECT to_regclass('migrations')::text AS name",
    );
    if (!table?.name) return known;
    const done = await source.query<{ name: string }[]>("SELECT name FROM migrations");
    return known.filter((name) => !done.some((row) => row.name === name));
  } finally {
    await source.destroy();
  }
}

function open(url: string, { entities, migrations }: ServiceDatabase): Promise<DataSource> {
  return new DataSource({
    type: "postgres",
    url,
    entities,
    migrations,
    synchronize: false,
    logging: false,
    poolSize: 2,
    // Embedded and test servers migrate in one go; a lock held elsewhere must not hang the start.
    extra: { options: "-c lock_timeout=60000 -c timezone=UTC" },
  }).initialize();
}

/** Makes the roles that migrations grant rights to, where they are missing and we may. */
async function ensureRoles(source: DataSource, database: ServiceDatabase): Promise<void> {
  for (const role of [appRole(database.name), ...(database.workerRoles ?? [])]) {
    const known = await source.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]);
    if (known.length > 0) continue;
    await source.query(`CREATE ROLE ${role} NOLOGIN NOSUPERUSER NOBYPASSRLS`).catch((error) => {
      throw new Error(
        `role ${role} is missing and this login may not create it; as a superuser run: CREATE ROLE ${role} LOGIN PASSWORD '…'`,
        { cause: error },
      );
    });
    await source.query(`GRANT ${role} TO CURRENT_USER`);
  }
}
