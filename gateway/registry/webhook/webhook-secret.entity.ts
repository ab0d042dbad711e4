import { Column, Entity, PrimaryColumn } from "typeorm";

/** A secret with which messages of a webhook are signed; kept encrypted. */
@Entity({ name: "webhook_secret" })
export class WebhookSecretEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  webhook!: string;

  @PrimaryColumn({ name: "secret_id", type: "text" })
  secretId!: string;

  @Column({ type: "bytea" })
  sealed!: Buffer;

  @Column({ name: "created_at", type: "timestamptz" })
  createdAt!: string;

  @Column({ name: "created_by", type: "text" })
  createdBy!: string;

  @Column({ name: "ends_at", type: "timestamptz", nullable: true })
  endsAt!: string | null;
}
