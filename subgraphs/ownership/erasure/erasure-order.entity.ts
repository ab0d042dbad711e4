import { Column, Entity, PrimaryColumn } from "typeorm";

/** What other services have yet to forget of somebody who was erased. The row goes when they have. */
@Entity({ name: "erasure_order" })
export class ErasureOrderEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "erasure_id", type: "bigint" })
  erasureId!: number;

  /** Under which he signed in. */
  @Column({ type: "text" })
  subject!: string;
}
