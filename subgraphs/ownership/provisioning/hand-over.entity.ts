import { Column, Entity, PrimaryColumn } from "typeorm";

/** A link that Manufacturing has yet to confirm. It stands until its identity is settled. */
@Entity({ name: "hand_over" })
export class HandOverEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "connhex_id", type: "text" })
  connhexId!: string;

  @Column({ name: "serial_number", type: "text" })
  serialNumber!: string;

  /** The identity's revision that waits; a verdict about an older one settles nothing. */
  @Column({ type: "integer" })
  revision!: number;

  @Column({ type: "integer" })
  attempts!: number;

  /** Until then a process works on it, or waits before the next attempt. */
  @Column({ name: "due_at", type: "timestamptz" })
  dueAt!: string;

  @Column({ name: "created_at", type: "timestamptz" })
  createdAt!: string;
}
