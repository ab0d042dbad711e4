import { Column, Entity, PrimaryColumn } from "typeorm";

/** A release of a client. */
@Entity({ name: "client_version" })
export class ClientVersionEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  client!: string;

  @PrimaryColumn({ type: "text" })
  version!: string;

  @Column({ name: "published_at", type: "timestamptz" })
  publishedAt!: string;

  @Column({ name: "retired_at", type: "timestamptz", nullable: true })
  retiredAt!: string | null;
}
