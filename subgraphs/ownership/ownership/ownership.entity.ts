import { Column, Entity, PrimaryColumn } from "typeorm";

/** Who has a device now; a projection of its ownership revisions. */
@Entity({ name: "ownership" })
export class OwnershipEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "connhex_id", type: "text" })
  connhexId!: string;

  /** Id of the latest revision. */
  @Column({ name: "ownership_id", type: "bigint" })
  ownershipId!: number;

  /** Null since the device was released. */
  @Column({ name: "owner_id", type: "bigint", nullable: true })
  ownerId!: number | null;

  @Column({ type: "integer" })
  revision!: number;

  @Column({ type: "timestamptz" })
  since!: string;
}
