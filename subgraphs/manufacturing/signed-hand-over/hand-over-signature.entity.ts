import { Column, Entity, PrimaryColumn } from "typeorm";
import type { SignatureAlgorithm } from "../../../shared/signing/signature-algorithm.ts";
import type { Timestamp } from "../../../shared/time.ts";

/** What a signed hand-over made of a device: nothing new, or a revision. */
export const SIGNED_OUTCOMES = ["RECORDED", "REVISED", "UNCHANGED"] as const;
export type SignedOutcome = (typeof SIGNED_OUTCOMES)[number];

/** The bytes that somebody signed, with his signature. Rows are added, never changed. */
@Entity({ name: "hand_over_signature" })
export class HandOverSignatureEntity {
  @Column({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "device_id", type: "bigint" })
  deviceId!: number;

  /** The revision that it made, or at which it found the device. */
  @Column({ type: "integer" })
  revision!: number;

  @Column({ type: "text" })
  outcome!: SignedOutcome;

  @PrimaryColumn({ name: "key_id", type: "text" })
  keyId!: string;

  @Column({ type: "text" })
  algorithm!: SignatureAlgorithm;

  @Column({ type: "bytea" })
  payload!: Buffer;

  /** SHA-256 of the payload. */
  @PrimaryColumn({ name: "payload_hash", type: "bytea" })
  payloadHash!: Buffer;

  /** The compact JWS as it came. */
  @Column({ type: "text" })
  signature!: string;

  /** That of the revision that it made; else when it came. */
  @Column({ name: "recorded_at", type: "timestamptz" })
  recordedAt!: Timestamp;
}
