import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";
import type { ShareKind } from "./share.ts";

/** A grant. Rows are added, never changed and never removed; its ends are rows of their own. */
@Entity({ name: "share" })
export class ShareEntity {
  @Column({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "share_id", type: "bigint" })
  shareId!: number;

  /** The client that sees what is shared. */
  @Column({ type: "text" })
  partner!: string;

  @Column({ type: "text" })
  kind!: ShareKind;

  /** The shared fields by name, beside those that every share has. */
  @Column({ type: "text", array: true })
  fields!: string[];

  @Column({ name: "group_field", type: "text", nullable: true })
  groupField!: string | null;

  @Column({ name: "group_values", type: "text", array: true, nullable: true })
  groupValues!: string[] | null;

  @Column({ name: "part_numbers", type: "text", array: true, nullable: true })
  partNumbers!: string[] | null;

  @Column({ name: "device_types", type: "text", array: true, nullable: true })
  deviceTypes!: string[] | null;

  @Column({ name: "hardware_revisions", type: "text", array: true, nullable: true })
  hardwareRevisions!: string[] | null;

  @Column({ name: "fw_versions", type: "text", array: true, nullable: true })
  fwVersions!: string[] | null;

  @Column({ type: "text", array: true, nullable: true })
  sites!: string[] | null;

  @Column({ name: "produced_from", type: "timestamptz", nullable: true })
  producedFrom!: Timestamp | null;

  @Column({ name: "produced_to", type: "timestamptz", nullable: true })
  producedTo!: Timestamp | null;

  @Column({ name: "serial_number_from", type: "text", nullable: true })
  serialNumberFrom!: string | null;

  @Column({ name: "serial_number_to", type: "text", nullable: true })
  serialNumberTo!: string | null;

  @Column({ name: "from_at", type: "timestamptz" })
  from!: Timestamp;

  /** null: until it is ended. */
  @Column({ name: "to_at", type: "timestamptz", nullable: true })
  to!: Timestamp | null;

  @Column({ name: "granted_by", type: "text" })
  grantedBy!: string;

  @Column({ name: "granted_at", type: "timestamptz" })
  grantedAt!: Timestamp;

  @Column({ type: "text" })
  reason!: string;
}
