import type { MigrationInterface, QueryRunner } from "typeorm";
import { withoutStatistics, withStatistics } from "../../shared/postgres/no-statistics.ts";

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  person_key: ["subject", "key"],
};

/** Statistics quote the keys by which people are named, and would outlive them when they are erased. */
export class KeepNoStatisticsOfPeople1764000000009 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const [table, columns] of Object.entries(COLUMNS)) {
      for (const statement of withoutStatistics(table, columns)) await db.query(statement);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    for (const [table, columns] of Object.entries(COLUMNS)) {
      for (const statement of withStatistics(table, columns)) await db.query(statement);
    }
  }
}
