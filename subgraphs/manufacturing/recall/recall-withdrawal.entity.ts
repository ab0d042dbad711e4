import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";

/** The end of a recall. The recall itself stays as it was frozen. */
@Entity({ name: "recall_withdrawal" })
export class RecallWithdrawalEntity {
  @Column({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "recall_id", type: "bigint" })
  recallId!: number;

  @Column({ name: "withdrawn_at", type: "timestamptz" })
  withdrawnAt!: Timestamp;

  @Column({ name: "withdrawn_by", type: "text" })
  withdrawnBy!: string;

  @Column({ type: "text" })
  reason!: string;
}
