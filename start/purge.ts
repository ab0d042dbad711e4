import { rewriteLog, rewriteTables } from "../shared/postgres/purge.store.ts";
import { type AdministrationOptions, withExistingDatabases } from "./administration.ts";
import type { ServiceName } from "./databases.ts";

/** Where rows were that named people: what is erased was in one of these. */
export const TABLES_OF_PEOPLE = {
  ownership: [
    "owner",
    "owner_key",
    "owner_contact",
    "transfer_offer",
    "ownership_revision",
    "erasure_order",
    "person_key",
  ],
  gateway: ["person_key"],
} as const satisfies Partial<Record<ServiceName, readonly string[]>>;

/** What was done, and what is left to whoever keeps the server. */
export interface Purge {
  /** Tables that were written anew, by service. */
  tables: Record<string, readonly string[]>;
  /** Files of the write-ahead log that are left; null: the server is not ours to purge. */
  logFiles: number | null;
}

/**
 * Takes from the disk what PostgreSQL keeps of rows that are gone: pages and indexes, statistics,
 * and, on the embedded server, the write-ahead log.
 */
export function runPurge(options: AdministrationOptions): Promise<Purge> {
  return withExistingDatabases(options, async (databases) => {
    for (const [service, tables] of Object.entries(TABLES_OF_PEOPLE)) {
      await rewriteTables(databases[service as keyof typeof TABLES_OF_PEOPLE].ownerUrl, tables);
    }
    const { adminUrl } = databases;
    const logFiles = adminUrl === null ? null : await rewriteLog(adminUrl);
    return { tables: TABLES_OF_PEOPLE, logFiles };
  });
}
