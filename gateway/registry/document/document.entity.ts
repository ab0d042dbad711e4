import { Column, Entity, PrimaryColumn } from "typeorm";
import type { DocumentOperation, VariableLimits } from "./document.ts";

/** A document as it was published. Its text never changes; its limits and its end may. */
@Entity({ name: "document" })
export class DocumentEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  client!: string;

  @PrimaryColumn({ name: "document_id", type: "text" })
  documentId!: string;

  /** Its place in the list of the client's documents. */
  @Column({ type: "integer" })
  position!: number;

  @Column({ type: "text" })
  text!: string;

  @Column({ name: "operation_name", type: "text", nullable: true })
  operationName!: string | null;

  @Column({ name: "operation_type", type: "text" })
  operationType!: DocumentOperation;

  @Column({ name: "variable_limits", type: "jsonb" })
  variableLimits!: VariableLimits;

  /** The worst case within the limits: objects, fields without fields, and questions asked. */
  @Column({ type: "bigint" })
  nodes!: number;

  @Column({ name: "field_values", type: "bigint" })
  values!: number;

  @Column({ type: "integer" })
  fetches!: number;

  @Column({ name: "published_at", type: "timestamptz" })
  publishedAt!: string;

  @Column({ name: "published_by", type: "text" })
  publishedBy!: string;

  @Column({ name: "retired_at", type: "timestamptz", nullable: true })
  retiredAt!: string | null;
}
