import { Column, Entity, PrimaryColumn } from "typeorm";

/** A key with which a client comes in; of its secret only the hash is kept. */
@Entity({ name: "client_key" })
export class ClientKeyEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "key_id", type: "text" })
  keyId!: string;

  @Column({ type: "text" })
  client!: string;

  @Column({ name: "secret_hash", type: "bytea" })
  secretHash!: Buffer;

  @Column({ type: "text" })
  last4!: string;

  @Column({ name: "created_at", type: "timestamptz" })
  createdAt!: string;

  @Column({ name: "created_by", type: "text" })
  createdBy!: string;

  @Column({ name: "expires_at", type: "timestamptz", nullable: true })
  expiresAt!: string | null;

  @Column({ name: "revoked_at", type: "timestamptz", nullable: true })
  revokedAt!: string | null;

  @Column({ name: "last_used_at", type: "timestamptz", nullable: true })
  lastUsedAt!: string | null;
}
