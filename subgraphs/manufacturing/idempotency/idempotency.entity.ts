import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";

/** The answer that a batch was given, kept under the key that its sender chose. */
@Entity({ name: "idempotency" })
export class IdempotencyEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  key!: string;

  /** SHA-256, in hex, of the operation's name and its input as RFC 8785 canonical JSON. */
  @Column({ name: "content_hash", type: "text" })
  contentHash!: string;

  /** JSON as text: jsonb would refuse the escaped characters that a refused row may quote. */
  @Column({ type: "text", nullable: true })
  answer!: string | null;

  @Column({ name: "created_at", type: "timestamptz" })
  createdAt!: Timestamp;
}
