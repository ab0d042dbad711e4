import { Entity, PrimaryColumn } from "typeorm";

/** One change of membership: from this revision on the device is in the group of this value. */
@Entity({ name: "device_group" })
export class DeviceGroupEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  /** The grouping field: built-in or custom. */
  @PrimaryColumn({ type: "text" })
  field!: string;

  /** Empty: from this revision on the device is in no group of the field. */
  @PrimaryColumn({ type: "text" })
  value!: string;

  @PrimaryColumn({ name: "device_id", type: "bigint" })
  deviceId!: number;

  @PrimaryColumn({ name: "from_revision", type: "integer" })
  fromRevision!: number;
}
