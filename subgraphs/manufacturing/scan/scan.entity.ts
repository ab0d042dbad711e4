import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";

/** A scan and what was said of it when it arrived first. Never changed and never removed. */
@Entity({ name: "scan" })
export class ScanEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  station!: string;

  @PrimaryColumn({ type: "integer" })
  sequence!: number;

  @Column({ type: "text" })
  journal!: string;

  /** SHA-256, in hex, of what it says. */
  @Column({ name: "content_hash", type: "text" })
  contentHash!: string;

  /** By the station's clock. */
  @Column({ name: "scanned_at", type: "timestamptz" })
  scannedAt!: Timestamp;

  @Column({ name: "recorded_at", type: "timestamptz" })
  recordedAt!: Timestamp;

  @Column({ type: "text" })
  actor!: string;

  /** The number of the refused scan that it was made again for. */
  @Column({ name: "retry_of", type: "integer", nullable: true })
  retryOf!: number | null;

  /** null where it is no text that could be kept. */
  @Column({ name: "serial_number", type: "text", nullable: true })
  serialNumber!: string | null;

  @Column({ type: "text" })
  outcome!: string;

  @Column({ name: "device_id", type: "bigint", nullable: true })
  deviceId!: number | null;

  /** The device's after the scan. */
  @Column({ type: "integer", nullable: true })
  revision!: number | null;

  @Column({ type: "text", nullable: true })
  code!: string | null;

  @Column({ type: "text", nullable: true })
  message!: string | null;

  @Column({ type: "text", nullable: true })
  field!: string | null;
}
