/**
 * Has PostgreSQL keep no statistics of these columns, and destroys those that it has: they quote what
 * stood there, and nobody erases them with the row. For what must be gone when a person is erased.
 */
export function withoutStatistics(table: string, columns: readonly string[]): string[] {
  return columns.flatMap((column) => [
    `ALTER TABLE ${table} ALTER COLUMN ${column} SET STATISTICS 0`,
    `SELECT pg_clear_attribute_stats('public', '${table}', '${column}', false)`,
  ]);
}

/** They are kept again from the next ANALYZE on. */
export function withStatistics(table: string, columns: readonly string[]): string[] {
  return columns.map(
    (column) => `ALTER TABLE ${table} ALTER COLUMN ${column} SET STATISTICS DEFAULT`,
  );
}
