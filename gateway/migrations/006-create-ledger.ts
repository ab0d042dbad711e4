import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  createLedger,
  dropLedger,
  type LedgerTables,
} from "../../shared/ledger-store/ledger-tables.ts";

const LEDGER: LedgerTables = {
  service: "gateway",
  verb: "deny",
  sources: [{ table: "access_log" }],
};

/** The log in which every line of the access log is entered. */
export class CreateLedger1764000000006 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await createLedger(db, LEDGER);
  }

  async down(db: QueryRunner): Promise<void> {
    await dropLedger(db, LEDGER);
  }
}
