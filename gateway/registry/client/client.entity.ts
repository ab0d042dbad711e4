import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Role } from "../../../shared/caller.ts";
import type { ClientKind } from "./client.ts";

/** A client as it is now; a projection of its revisions. */
@Entity({ name: "client" })
export class ClientEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  name!: string;

  @Column({ type: "text" })
  kind!: ClientKind;

  @Column({ type: "text", array: true })
  roles!: Role[];

  @Column({ name: "requests_per_minute", type: "integer", nullable: true })
  requestsPerMinute!: number | null;

  @Column({ name: "is_active", type: "boolean" })
  isActive!: boolean;

  @Column({ type: "integer" })
  revision!: number;

  /** Its place in the list of clients. */
  @Column({ type: "integer" })
  position!: number;

  /** How many documents it was ever given. */
  @Column({ type: "integer" })
  documents!: number;

  @Column({ name: "created_at", type: "timestamptz" })
  createdAt!: string;
}
