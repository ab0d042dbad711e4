import { Column, Entity, PrimaryColumn } from "typeorm";
import type { WebhookOutcome } from "./webhook.ts";

/** One attempt to deliver one event. */
@Entity({ name: "webhook_delivery" })
export class WebhookDeliveryEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "bigint" })
  line!: number;

  @Column({ type: "text" })
  webhook!: string;

  @Column({ name: "event_id", type: "text" })
  eventId!: string;

  @Column({ name: "event_type", type: "text" })
  eventType!: string;

  /** 1 for the first try after a success. */
  @Column({ type: "integer" })
  attempt!: number;

  @Column({ type: "timestamptz" })
  at!: string;

  @Column({ type: "text" })
  outcome!: WebhookOutcome;

  /** Of the receiver's answer; null where there was none. */
  @Column({ type: "integer", nullable: true })
  status!: number | null;

  @Column({ type: "text", nullable: true })
  reason!: string | null;

  @Column({ type: "real" })
  ms!: number;
}
