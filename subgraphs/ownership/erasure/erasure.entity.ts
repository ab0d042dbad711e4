import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";
import type { Hold } from "./erasure.ts";

/** That an owner was erased. Rows are added; once, when it is, that it is complete. */
@Entity({ name: "erasure" })
export class ErasureEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "erasure_id", type: "bigint" })
  erasureId!: number;

  /** The number that he had here, and that his ownerships still have. */
  @Column({ name: "owner_id", type: "bigint" })
  ownerId!: number;

  @Column({ type: "text" })
  reason!: string;

  @Column({ type: "text" })
  hold!: Hold;

  @Column({ type: "integer" })
  released!: number;

  @Column({ name: "erased_at", type: "timestamptz" })
  erasedAt!: Timestamp;

  @Column({ name: "erased_by", type: "text" })
  erasedBy!: string;

  @Column({ name: "completed_at", type: "timestamptz", nullable: true })
  completedAt!: Timestamp | null;
}
