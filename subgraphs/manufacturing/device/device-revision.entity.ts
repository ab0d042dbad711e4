import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";
import { DeviceRecordColumns } from "./device-record.entity.ts";

/** One recorded state of a device. Rows are added, never changed and never removed. */
@Entity({ name: "device_revision" })
export class DeviceRevisionEntity extends DeviceRecordColumns {
  @Column({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "device_id", type: "bigint" })
  deviceId!: number;

  /** 1, 2, 3 … without gaps. */
  @PrimaryColumn({ type: "integer" })
  revision!: number;

  /** By the database's clock; rises from revision to revision. */
  @Column({ name: "recorded_at", type: "timestamptz" })
  recordedAt!: Timestamp;

  /** From when it is true; may lie before what was recorded earlier. */
  @Column({ name: "effective_at", type: "timestamptz" })
  effectiveAt!: Timestamp;

  @Column({ type: "text" })
  actor!: string;

  @Column({ type: "text", nullable: true })
  reason!: string | null;

  @Column({ type: "text", nullable: true })
  source!: string | null;

  @Column({ type: "text", array: true })
  changed!: string[];
}
