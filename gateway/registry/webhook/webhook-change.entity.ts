import { Column, Entity, PrimaryColumn } from "typeorm";
import type { WebhookChangeKind } from "./webhook.ts";

/** What was done with a webhook; never changed. */
@Entity({ name: "webhook_change" })
export class WebhookChangeEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "bigint" })
  line!: number;

  @Column({ type: "text" })
  webhook!: string;

  @Column({ type: "text" })
  kind!: WebhookChangeKind;

  @Column({ type: "text", nullable: true })
  about!: string | null;

  @Column({ type: "timestamptz" })
  at!: string;

  @Column({ type: "text" })
  actor!: string;

  @Column({ type: "text", nullable: true })
  reason!: string | null;
}
