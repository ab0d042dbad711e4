import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";

/** Somebody's word that a share ends. Where there are several, the earliest end counts. */
@Entity({ name: "share_end" })
export class ShareEndEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "share_id", type: "bigint" })
  shareId!: number;

  @PrimaryColumn({ name: "ended_at", type: "timestamptz" })
  endedAt!: Timestamp;

  @Column({ name: "ended_by", type: "text" })
  endedBy!: string;

  @Column({ name: "recorded_at", type: "timestamptz" })
  recordedAt!: Timestamp;

  @Column({ type: "text" })
  reason!: string;
}
