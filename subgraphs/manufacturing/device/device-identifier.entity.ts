import { Column, Entity, PrimaryColumn } from "typeorm";

export type IdentifierKind = "serialNumber" | "connhexId";

/** What makes serial numbers and connhexIds unique within a tenant. Rows are added only. */
@Entity({ name: "device_identifier" })
export class DeviceIdentifierEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  kind!: IdentifierKind;

  @PrimaryColumn({ type: "text" })
  value!: string;

  @Column({ name: "device_id", type: "bigint" })
  deviceId!: number;
}
