import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Role } from "../../../shared/caller.ts";
import type { ClientChangeKind } from "./client.ts";

/** One change of a client, and how it was afterwards. */
@Entity({ name: "client_revision" })
export class ClientRevisionEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  client!: string;

  @PrimaryColumn({ type: "integer" })
  revision!: number;

  @Column({ type: "text" })
  kind!: ClientChangeKind;

  /** The key or the version that the change is about. */
  @Column({ type: "text", nullable: true })
  about!: string | null;

  @Column({ type: "text", array: true })
  roles!: Role[];

  @Column({ name: "requests_per_minute", type: "integer", nullable: true })
  requestsPerMinute!: number | null;

  @Column({ name: "is_active", type: "boolean" })
  isActive!: boolean;

  @Column({ type: "timestamptz" })
  at!: string;

  @Column({ type: "text" })
  actor!: string;

  @Column({ type: "text", nullable: true })
  reason!: string | null;
}
