import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";

/** That an installation ended: once, with a reason. */
@Entity({ name: "removal" })
export class RemovalEntity {
  @Column({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "installation_id", type: "bigint" })
  installationId!: number;

  @Column({ name: "removed_at", type: "timestamptz" })
  removedAt!: Timestamp;

  @Column({ name: "recorded_at", type: "timestamptz" })
  recordedAt!: Timestamp;

  @Column({ type: "text" })
  actor!: string;

  @Column({ type: "text" })
  reason!: string;

  /** The installation that took its place; null where nothing did. */
  @Column({ name: "replaced_by", type: "bigint", nullable: true })
  replacedBy!: number | null;
}
