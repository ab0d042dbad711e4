import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";

/** A frozen scope. Rows are added, never changed and never removed. */
@Entity({ name: "recall" })
export class RecallEntity {
  @Column({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "recall_id", type: "bigint" })
  recallId!: number;

  @Column({ type: "text" })
  title!: string;

  /** The criteria as they were given, as JSON text. */
  @Column({ type: "text" })
  criteria!: string;

  /** What the criteria mean, in words, as it was said when they were frozen. */
  @Column({ type: "text" })
  sentence!: string;

  /** The moment whose knowledge was asked; null: that of the freezing. */
  @Column({ name: "known_at", type: "timestamptz", nullable: true })
  knownAt!: Timestamp | null;

  @Column({ type: "text" })
  reason!: string;

  @Column({ name: "frozen_at", type: "timestamptz" })
  frozenAt!: Timestamp;

  @Column({ name: "frozen_by", type: "text" })
  frozenBy!: string;

  @Column({ name: "device_count", type: "integer" })
  deviceCount!: number;

  /** SHA-256 over the serial numbers in the order of their bytes, each followed by a line feed. */
  @Column({ type: "text" })
  hash!: string;
}
