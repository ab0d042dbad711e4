import { Column, Entity, PrimaryColumn } from "typeorm";
import type { OwnerKind } from "./owner.ts";

/** Who may own devices. Nothing here names the person; that is in the encrypted contact. */
@Entity({ name: "owner" })
export class OwnerEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "owner_id", type: "bigint" })
  ownerId!: number;

  @Column({ type: "text" })
  kind!: OwnerKind;

  @Column({ type: "text", nullable: true })
  country!: string | null;

  /** The token subject of an owner who signs in; null where staff registered on behalf. */
  @Column({ type: "text", nullable: true })
  subject!: string | null;

  @Column({ name: "created_at", type: "timestamptz" })
  createdAt!: string;
}
