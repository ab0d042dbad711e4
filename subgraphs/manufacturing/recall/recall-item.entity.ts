import { Column, Entity, PrimaryColumn } from "typeorm";

/** A device of a frozen recall, by what named it when it was frozen. */
@Entity({ name: "recall_item" })
export class RecallItemEntity {
  @Column({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "recall_id", type: "bigint" })
  recallId!: number;

  @PrimaryColumn({ name: "device_id", type: "bigint" })
  deviceId!: number;

  @Column({ name: "serial_number", type: "text" })
  serialNumber!: string;

  @Column({ name: "connhex_id", type: "text", nullable: true })
  connhexId!: string | null;

  /** The device's revision when it was frozen. */
  @Column({ type: "integer" })
  revision!: number;
}
