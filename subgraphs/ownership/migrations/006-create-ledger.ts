import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  createLedger,
  dropLedger,
  type LedgerTables,
} from "../../../shared/ledger-store/ledger-tables.ts";

const LEDGER: LedgerTables = {
  service: "ownership",
  verb: "deny",
  sources: [{ table: "cloud_identity_revision" }, { table: "ownership_revision" }],
};

/** The log in which every state of an identity and every change of an owner is entered. */
export class CreateLedger1761000000006 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    // An entry says whose identity it is; in rows from before, the identity alone does.
    await db.query("ALTER TABLE cloud_identity_revision ADD COLUMN serial_number text");
    await createLedger(db, LEDGER);
  }

  async down(db: QueryRunner): Promise<void> {
    await dropLedger(db, LEDGER);
    await db.query("ALTER TABLE cloud_identity_revision DROP COLUMN serial_number");
  }
}
