import type { MigrationInterface, QueryRunner } from "typeorm";
import { withoutStatistics, withStatistics } from "../../../shared/postgres/no-statistics.ts";

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  owner: ["subject"],
  owner_key: ["wrapped_key"],
  owner_contact: ["ciphertext"],
  transfer_offer: ["code_hash"],
  ownership_revision: ["actor", "reason", "reason_key"],
  cloud_identity_revision: ["actor", "reason"],
  erasure: ["reason"],
  erasure_order: ["subject"],
  person_key: ["subject", "key"],
};

/** Statistics quote texts, keys and names of people, and would outlive them when they are erased. */
export class KeepNoStatisticsOfPeople1761000000010 implements MigrationInterface {
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
