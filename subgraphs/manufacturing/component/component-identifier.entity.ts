import { Column, Entity, PrimaryColumn } from "typeorm";

/** What names one component of a tenant: claimed once, in whichever process. */
@Entity({ name: "component_identifier" })
export class ComponentIdentifierEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  supplier!: string;

  @PrimaryColumn({ name: "part_number", type: "text" })
  partNumber!: string;

  @PrimaryColumn({ type: "text" })
  kind!: "serialNumber" | "supplierLot";

  @PrimaryColumn({ type: "text" })
  value!: string;

  @Column({ name: "component_id", type: "bigint" })
  componentId!: number;
}
