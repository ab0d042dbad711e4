import { Column, Entity, PrimaryColumn } from "typeorm";
import type { ErrorCode } from "../../../shared/domain-error.ts";
import type { CloudIdentityState } from "./identity.ts";

/** A cloud identity as it is now; a projection of its revisions. */
@Entity({ name: "cloud_identity" })
export class CloudIdentityEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "connhex_id", type: "text" })
  connhexId!: string;

  @Column({ name: "serial_number", type: "text" })
  serialNumber!: string;

  @Column({ type: "text" })
  state!: CloudIdentityState;

  @Column({ type: "integer" })
  revision!: number;

  @Column({ name: "changed_at", type: "timestamptz" })
  changedAt!: string;

  @Column({ name: "provisioned_at", type: "timestamptz", nullable: true })
  provisionedAt!: string | null;

  @Column({ type: "text", nullable: true })
  name!: string | null;

  @Column({ type: "text", nullable: true })
  model!: string | null;

  @Column({ name: "is_protected", type: "boolean" })
  isProtected!: boolean;

  @Column({ name: "init_key_hash", type: "bytea" })
  initKeyHash!: Buffer;

  @Column({ name: "claim_code_hash", type: "bytea", nullable: true })
  claimCodeHash!: Buffer | null;

  @Column({ name: "failed_claims", type: "integer" })
  failedClaims!: number;

  @Column({ name: "locked_until", type: "timestamptz", nullable: true })
  lockedUntil!: string | null;

  @Column({ name: "refusal_code", type: "text", nullable: true })
  refusalCode!: ErrorCode | null;

  @Column({ name: "refusal_message", type: "text", nullable: true })
  refusalMessage!: string | null;
}
