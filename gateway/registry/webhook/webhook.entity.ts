import { Column, Entity, PrimaryColumn } from "typeorm";
import type { WebhookState } from "./webhook.ts";

/** Where another system is told of events, and how far it has been told. */
@Entity({ name: "webhook" })
export class WebhookEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  name!: string;

  @Column({ type: "text" })
  url!: string;

  /** Types and families of events; empty: all. */
  @Column({ name: "event_types", type: "text", array: true })
  eventTypes!: string[];

  @Column({ type: "text" })
  state!: WebhookState;

  @Column({ name: "state_reason", type: "text", nullable: true })
  stateReason!: string | null;

  /** Everything before it was delivered. */
  @Column({ type: "text" })
  position!: string;

  /** Another one with each replay: what was under way before it moves the position no more. */
  @Column({ type: "bigint" })
  generation!: number;

  /** Attempts in a row that failed. */
  @Column({ name: "failed_attempts", type: "integer" })
  failedAttempts!: number;

  @Column({ name: "failing_since", type: "timestamptz", nullable: true })
  failingSince!: string | null;

  /** Before that nothing is tried. */
  @Column({ name: "due_at", type: "timestamptz", nullable: true })
  dueAt!: string | null;

  @Column({ name: "delivered_at", type: "timestamptz", nullable: true })
  deliveredAt!: string | null;

  @Column({ name: "created_at", type: "timestamptz" })
  createdAt!: string;

  @Column({ name: "created_by", type: "text" })
  createdBy!: string;
}
