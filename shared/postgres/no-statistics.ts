import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * A migration after which PostgreSQL keeps no statistics of some columns, and has none of before: they
 * quote what stands there, and nobody erases them with the row. For what must be gone when a person is
 * erased.
 */
export abstract class WithoutStatistics implements MigrationInterface {
  /** By table. */
  protected abstract readonly columns: Readonly<Record<string, readonly string[]>>;

  async up(db: QueryRunner): Promise<void> {
    for (const [table, column] of this.each()) {
      await db.query(`ALTER TABLE ${table} ALTER COLUMN ${column} SET STATISTICS 0`);
      await db.query(`SELECT pg_clear_attribute_stats('public', '${table}', '${column}', false)`);
    }
  }

  /** They are made again by the next ANALYZE. */
  async down(db: QueryRunner): Promise<void> {
    for (const [table, column] of this.each()) {
      await db.query(`ALTER TABLE ${table} ALTER COLUMN ${column} SET STATISTICS DEFAULT`);
    }
  }

  private each(): [table: string, column: string][] {
    return Object.entries(this.columns).flatMap(([table, columns]) =>
      columns.map((column): [string, string] => [table, column]),
    );
  }
}
