import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * One index of identifiers instead of two: in the order of their bytes it finds single ones and
 * ranges of serial numbers alike, and a planner without statistics has no other one to take. The
 * rows stay as they are; only the index is built anew.
 */
export class OrderIdentifiers1700000000011 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query("DROP INDEX serial_numbers_in_order");
    await db.query(`ALTER TABLE device_identifier ALTER COLUMN value TYPE text COLLATE "C"`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE device_identifier ALTER COLUMN value TYPE text COLLATE "default"`);
    await db.query(`CREATE INDEX serial_numbers_in_order
      ON device_identifier (tenant, value COLLATE "C") WHERE kind = 'serialNumber'`);
  }
}
