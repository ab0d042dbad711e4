import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";

/** A station, and how far its scans have come. A projection of its journals and scans. */
@Entity({ name: "station" })
export class StationEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  station!: string;

  /** The journal that has the station's name now. */
  @Column({ type: "text" })
  journal!: string;

  /** The first number of that journal. */
  @Column({ name: "first_sequence", type: "integer" })
  firstSequence!: number;

  /** Scans that have arrived, of all its journals. */
  @Column({ name: "scan_count", type: "integer" })
  scanCount!: number;

  @Column({ name: "last_sequence", type: "integer" })
  lastSequence!: number;

  /** By the station's clock, of the scans that arrived last. */
  @Column({ name: "last_scanned_at", type: "timestamptz", nullable: true })
  lastScannedAt!: Timestamp | null;

  /** By the clock of the database. */
  @Column({ name: "last_recorded_at", type: "timestamptz", nullable: true })
  lastRecordedAt!: Timestamp | null;
}
