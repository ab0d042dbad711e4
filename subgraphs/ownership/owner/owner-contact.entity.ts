import { Column, Entity, PrimaryColumn } from "typeorm";

/** An owner's name and contact data under his own key. */
@Entity({ name: "owner_contact" })
export class OwnerContactEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "owner_id", type: "bigint" })
  ownerId!: number;

  @Column({ type: "bytea" })
  ciphertext!: Buffer;

  @Column({ name: "changed_at", type: "timestamptz" })
  changedAt!: string;
}
