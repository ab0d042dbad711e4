import { Column, Entity, PrimaryColumn } from "typeorm";
import type { CloudIdentityState } from "./identity.ts";

/** One state that a cloud identity came to; never changed. */
@Entity({ name: "cloud_identity_revision" })
export class CloudIdentityRevisionEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "connhex_id", type: "text" })
  connhexId!: string;

  @PrimaryColumn({ type: "integer" })
  revision!: number;

  @Column({ type: "text" })
  state!: CloudIdentityState;

  @Column({ type: "timestamptz" })
  at!: string;

  @Column({ type: "text", nullable: true })
  actor!: string | null;

  @Column({ type: "text", nullable: true })
  reason!: string | null;
}
