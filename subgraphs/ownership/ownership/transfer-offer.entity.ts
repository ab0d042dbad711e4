import { Column, Entity, PrimaryColumn } from "typeorm";

/** The present owner's consent to a transfer; whoever has its code may take the device over. */
@Entity({ name: "transfer_offer" })
export class TransferOfferEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "connhex_id", type: "text" })
  connhexId!: string;

  @Column({ name: "owner_id", type: "bigint" })
  ownerId!: number;

  /** The ownership's revision at the time of the offer; after any change the offer is void. */
  @Column({ type: "integer" })
  revision!: number;

  @Column({ name: "code_hash", type: "bytea" })
  codeHash!: Buffer;

  @Column({ name: "failed_tries", type: "integer" })
  failedTries!: number;

  @Column({ name: "locked_until", type: "timestamptz", nullable: true })
  lockedUntil!: string | null;

  @Column({ name: "expires_at", type: "timestamptz" })
  expiresAt!: string;
}
