import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";
import { DeviceRecordColumns } from "./device-record.entity.ts";

/** What is known of a device now: a projection of its revisions, which can be made from them again. */
@Entity({ name: "device" })
export class DeviceEntity extends DeviceRecordColumns {
  @Column({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "device_id", type: "bigint" })
  deviceId!: number;

  /** The last revision. */
  @Column({ type: "integer" })
  revision!: number;

  /** When the last revision was recorded. */
  @Column({ name: "recorded_at", type: "timestamptz" })
  recordedAt!: Timestamp;
}
