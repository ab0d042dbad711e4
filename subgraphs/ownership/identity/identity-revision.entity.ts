import { Column, Entity, PrimaryColumn } from "typeorm";
import type { CloudIdentityChangeKind, CloudIdentityState } from "./identity.ts";

/** One state or claim code that a cloud identity came to; never changed. */
@Entity({ name: "cloud_identity_revision" })
export class CloudIdentityRevisionEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "connhex_id", type: "text" })
  connhexId!: string;

  @PrimaryColumn({ type: "integer" })
  revision!: number;

  /** The device; null in rows that were written before it was noted here. */
  @Column({ name: "serial_number", type: "text", nullable: true })
  serialNumber!: string | null;

  @Column({ type: "text" })
  kind!: CloudIdentityChangeKind;

  @Column({ type: "text" })
  state!: CloudIdentityState;

  @Column({ type: "timestamptz" })
  at!: string;

  @Column({ type: "text", nullable: true })
  actor!: string | null;

  @Column({ type: "text", nullable: true })
  reason!: string | null;
}
