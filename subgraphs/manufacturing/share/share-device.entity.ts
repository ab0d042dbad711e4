import { Entity, PrimaryColumn } from "typeorm";

/** A device of a share by list. */
@Entity({ name: "share_device" })
export class ShareDeviceEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "share_id", type: "bigint" })
  shareId!: number;

  @PrimaryColumn({ name: "device_id", type: "bigint" })
  deviceId!: number;
}
