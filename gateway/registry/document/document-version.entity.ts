import { Entity, PrimaryColumn } from "typeorm";

/** That a release of a client holds a document. */
@Entity({ name: "document_version" })
export class DocumentVersionEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  client!: string;

  @PrimaryColumn({ name: "document_id", type: "text" })
  documentId!: string;

  @PrimaryColumn({ type: "text" })
  version!: string;
}
