import { Column, Entity, PrimaryColumn } from "typeorm";
import type { OwnershipChange } from "./ownership.ts";

/** One change of who has a device; never changed. */
@Entity({ name: "ownership_revision" })
export class OwnershipRevisionEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "connhex_id", type: "text" })
  connhexId!: string;

  @PrimaryColumn({ type: "integer" })
  revision!: number;

  @Column({ name: "ownership_id", type: "bigint" })
  ownershipId!: number;

  @Column({ type: "text" })
  kind!: OwnershipChange;

  @Column({ name: "owner_id", type: "bigint", nullable: true })
  ownerId!: number | null;

  @Column({ type: "timestamptz" })
  at!: string;

  @Column({ type: "text" })
  actor!: string;

  @Column({ type: "text", nullable: true })
  reason!: string | null;

  /** What the reason's entry commits to it by. Null where there is no reason, and in old rows. */
  @Column({ name: "reason_key", type: "bytea", nullable: true })
  reasonKey!: Buffer | null;
}
