import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";
import type { FieldType } from "./field-definition.ts";

/** A custom field that a tenant has declared. */
@Entity({ name: "field_definition" })
export class FieldDefinitionEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  name!: string;

  @Column({ type: "text" })
  type!: FieldType;

  @Column({ name: "is_required", type: "boolean" })
  isRequired!: boolean;

  @Column({ name: "is_groupable", type: "boolean" })
  isGroupable!: boolean;

  /** A regular expression that the whole of a TEXT value matches. */
  @Column({ type: "text", nullable: true })
  pattern!: string | null;

  /** The values of an ENUM. */
  @Column({ name: "allowed_values", type: "text", array: true, nullable: true })
  values!: string[] | null;

  @Column({ type: "text", nullable: true })
  label!: string | null;

  @Column({ type: "text", nullable: true })
  description!: string | null;

  @Column({ name: "created_at", type: "timestamptz" })
  createdAt!: Timestamp;

  @Column({ name: "retired_at", type: "timestamptz", nullable: true })
  retiredAt!: Timestamp | null;
}
