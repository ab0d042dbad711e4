import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";

/** A part or a batch of parts as its supplier names it. Never changed and never removed. */
@Entity({ name: "component" })
export class ComponentEntity {
  @Column({ type: "text" })
  tenant!: string;

  /** From the same counter as device ids, so that an installation may join any two items. */
  @PrimaryColumn({ name: "component_id", type: "bigint" })
  componentId!: number;

  @Column({ type: "text" })
  supplier!: string;

  @Column({ name: "part_number", type: "text" })
  partNumber!: string;

  /**
   * null where a lot, and no single piece, is known. Not named `serialNumber`: what has one of that
   * name is taken for a device by the access log.
   */
  @Column({ name: "serial_number", type: "text", nullable: true })
  pieceNumber!: string | null;

  @Column({ name: "supplier_lot", type: "text", nullable: true })
  supplierLot!: string | null;

  @Column({ name: "recorded_at", type: "timestamptz" })
  recordedAt!: Timestamp;

  @Column({ type: "text" })
  actor!: string;

  @Column({ type: "text", nullable: true })
  source!: string | null;
}
