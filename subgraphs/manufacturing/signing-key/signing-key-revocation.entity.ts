import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";

/** From when on a key's signatures count no more. The earliest one of a key counts. */
@Entity({ name: "signing_key_revocation" })
export class SigningKeyRevocationEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "key_id", type: "text" })
  keyId!: string;

  /** May lie in the past: a key that was stolen was so before anybody noticed. */
  @PrimaryColumn({ name: "revoked_from", type: "timestamptz" })
  revokedFrom!: Timestamp;

  @Column({ name: "revoked_at", type: "timestamptz" })
  revokedAt!: Timestamp;

  @Column({ name: "revoked_by", type: "text" })
  revokedBy!: string;

  @Column({ type: "text" })
  reason!: string;
}
