import { Column } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";
import type { Attributes, Disposition, Phase } from "./device-record.ts";

/** The columns that a device and each of its revisions share. */
export abstract class DeviceRecordColumns {
  @Column({ name: "serial_number", type: "text" })
  serialNumber!: string;

  @Column({ name: "connhex_id", type: "text", nullable: true })
  connhexId!: string | null;

  @Column({ name: "part_number", type: "text", nullable: true })
  partNumber!: string | null;

  @Column({ name: "pcb_part_number", type: "text", nullable: true })
  pcbPartNumber!: string | null;

  @Column({ name: "hardware_revision", type: "text", nullable: true })
  hardwareRevision!: string | null;

  @Column({ name: "fw_version", type: "text", nullable: true })
  fwVersion!: string | null;

  @Column({ name: "device_type", type: "text", nullable: true })
  deviceType!: string | null;

  @Column({ name: "lot_code", type: "text", nullable: true })
  lotCode!: string | null;

  @Column({ name: "work_order", type: "text", nullable: true })
  workOrder!: string | null;

  @Column({ name: "production_order", type: "text", nullable: true })
  productionOrder!: string | null;

  @Column({ name: "pallet_id", type: "text", nullable: true })
  palletId!: string | null;

  @Column({ name: "package_id", type: "text", nullable: true })
  packageId!: string | null;

  @Column({ type: "text", nullable: true })
  phase!: Phase | null;

  @Column({ type: "text" })
  disposition!: Disposition;

  @Column({ name: "produced_at", type: "timestamptz", nullable: true })
  producedAt!: Timestamp | null;

  @Column({ type: "text", nullable: true })
  site!: string | null;

  @Column({ type: "text", nullable: true })
  line!: string | null;

  @Column({ type: "text", nullable: true })
  operator!: string | null;

  @Column({ type: "jsonb" })
  attributes!: Attributes;
}
