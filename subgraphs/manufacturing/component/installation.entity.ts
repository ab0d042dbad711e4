import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";

/** That an item, a device or a component, was put into another. Its end is a row of its own. */
@Entity({ name: "installation" })
export class InstallationEntity {
  @Column({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "installation_id", type: "bigint" })
  installationId!: number;

  @Column({ name: "parent_id", type: "bigint" })
  parentId!: number;

  @Column({ name: "child_id", type: "bigint" })
  childId!: number;

  /** Where in the parent; empty where nobody said. */
  @Column({ type: "text" })
  position!: string;

  /** The how-manieth time that this child stands in this place of this parent. */
  @Column({ type: "integer" })
  ordinal!: number;

  @Column({ type: "double precision" })
  quantity!: number;

  /** null: pieces. */
  @Column({ type: "text", nullable: true })
  measure!: string | null;

  @Column({ name: "installed_at", type: "timestamptz" })
  installedAt!: Timestamp;

  @Column({ name: "recorded_at", type: "timestamptz" })
  recordedAt!: Timestamp;

  @Column({ type: "text" })
  actor!: string;

  @Column({ type: "text", nullable: true })
  source!: string | null;
}
