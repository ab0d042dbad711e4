import { tenantWall } from "../postgres/tenant-wall.ts";

/**
 * Statements of a migration that let a table of changes be read as a feed. It has `tenant`,
 * `recorded_at`, `revisions`, `place` from the sequence `<table>_place`, and `ends_at`. What they
 * say in SQL is history: it stays.
 */
export function numberedChanges(table: string, role: string): string[] {
  return [
    `REVOKE ALL ON SEQUENCE ${table}_place FROM PUBLIC`,
    `GRANT USAGE ON SEQUENCE ${table}_place TO ${role}`,
    `CREATE INDEX ${table}s_unnumbered ON ${table} (tenant, place) WHERE ends_at IS NULL`,
    `CREATE UNIQUE INDEX ${table}s_numbered ON ${table} (tenant, ends_at)
      WHERE ends_at IS NOT NULL`,
    `GRANT SELECT, INSERT, DELETE, UPDATE (ends_at) ON ${table} TO ${role}`,
  ];
}

/** The same for the table that says up to where each tenant's changes are numbered and removed. */
export function changeHead(policy: string, role: string): string[] {
  return [
    `CREATE TABLE change_head (
      tenant     text NOT NULL PRIMARY KEY,
      last       bigint NOT NULL,
      removed_to bigint NOT NULL,
      CONSTRAINT removed_from_the_front CHECK (removed_to BETWEEN 0 AND last)
    )`,
    ...tenantWall("change_head", policy),
    `GRANT SELECT, INSERT, UPDATE (last, removed_to) ON change_head TO ${role}`,
  ];
}
