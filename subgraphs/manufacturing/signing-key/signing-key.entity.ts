import { Column, Entity, PrimaryColumn } from "typeorm";
import type { SignatureAlgorithm } from "../../../shared/signing/signature-algorithm.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { SigningRole } from "./signing-key.ts";

/** A key with which somebody signs what he hands over. Rows are added, never changed. */
@Entity({ name: "signing_key" })
export class SigningKeyEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  /** RFC 7638 thumbprint of the public key. */
  @PrimaryColumn({ name: "key_id", type: "text" })
  keyId!: string;

  @Column({ type: "text" })
  name!: string;

  @Column({ type: "text" })
  role!: SigningRole;

  @Column({ type: "text" })
  algorithm!: SignatureAlgorithm;

  /** PEM, SubjectPublicKeyInfo. */
  @Column({ name: "public_key", type: "text" })
  publicKey!: string;

  @Column({ name: "valid_from", type: "timestamptz" })
  validFrom!: Timestamp;

  @Column({ name: "valid_to", type: "timestamptz", nullable: true })
  validTo!: Timestamp | null;

  @Column({ name: "added_at", type: "timestamptz" })
  addedAt!: Timestamp;

  @Column({ name: "added_by", type: "text" })
  addedBy!: string;
}
