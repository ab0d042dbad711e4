import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  createLedger,
  dropLedger,
  type LedgerTables,
} from "../../../shared/ledger-store/ledger-tables.ts";

const LEDGER: LedgerTables = {
  service: "manufacturing",
  verb: "refuse",
  sources: [
    { table: "device_revision" },
    { table: "recall", reads: ["recall_item"] },
    { table: "recall_withdrawal" },
  ],
};

/** The log in which every revision and every frozen recall is entered. */
export class CreateLedger1700000000009 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await createLedger(db, LEDGER);
  }

  async down(db: QueryRunner): Promise<void> {
    await dropLedger(db, LEDGER);
  }
}
