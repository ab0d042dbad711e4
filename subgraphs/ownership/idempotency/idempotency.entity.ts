import { Column, Entity, PrimaryColumn } from "typeorm";

/** What a batch was answered under its key. Holds neither secrets nor personal data. */
@Entity({ name: "idempotency" })
export class IdempotencyEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  key!: string;

  @Column({ name: "content_hash", type: "bytea" })
  contentHash!: Buffer;

  /** JSON as text: jsonb would refuse the escaped characters that a refused row may quote. */
  @Column({ type: "text" })
  verdicts!: string;

  @Column({ name: "created_at", type: "timestamptz" })
  createdAt!: string;
}
