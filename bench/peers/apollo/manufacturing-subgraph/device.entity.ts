import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn } from "typeorm";

/** The columns that the Walk needs, so that TypeORM builds nothing else. */
@Entity({ name: "device" })
export class DeviceEntity {
  @Column({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "device_id", type: "bigint" })
  deviceId!: number;

  @Column({ name: "serial_number", type: "text" })
  serialNumber!: string;

  @Column({ name: "connhex_id", type: "text", nullable: true })
  connhexId!: string | null;

  @Column({ name: "part_number", type: "text", nullable: true })
  partNumber!: string | null;

  @Column({ name: "fw_version", type: "text", nullable: true })
  fwVersion!: string | null;

  @Column({ name: "hardware_revision", type: "text", nullable: true })
  hardwareRevision!: string | null;

  @Column({ name: "lot_code", type: "text", nullable: true })
  lotCode!: string | null;

  @Column({ type: "jsonb" })
  attributes!: object;
}

@Entity({ name: "device_identifier" })
export class DeviceIdentifierEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  kind!: string;

  @PrimaryColumn({ type: "text" })
  value!: string;

  @OneToOne(() => DeviceEntity, { createForeignKeyConstraints: false })
  @JoinColumn({ name: "device_id" })
  device!: DeviceEntity;
}

/** Times are read as text: as timestamptz TypeORM would make a Date of each and drop microseconds. */
@Entity({ name: "device_revision" })
export class DeviceRevisionEntity {
  @Column({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "device_id", type: "bigint" })
  deviceId!: number;

  @PrimaryColumn({ type: "integer" })
  revision!: number;

  @Column({ name: "recorded_at", type: "text" })
  recordedAt!: string;

  @Column({ name: "effective_at", type: "text" })
  effectiveAt!: string;

  @Column({ type: "text" })
  actor!: string;

  @Column({ type: "text", nullable: true })
  reason!: string | null;

  @Column({ type: "text", array: true })
  changed!: string[];
}
