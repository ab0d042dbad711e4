import { Column, Entity, PrimaryColumn } from "typeorm";

/** An owner's own data key, wrapped. Without this row nobody can read his contact data again. */
@Entity({ name: "owner_key" })
export class OwnerKeyEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "owner_id", type: "bigint" })
  ownerId!: number;

  @Column({ name: "wrapped_key", type: "bytea" })
  wrappedKey!: Buffer;
}
