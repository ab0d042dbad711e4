import { Column, Entity, PrimaryColumn } from "typeorm";

/** The first id that nobody was given yet. */
@Entity({ name: "id_block" })
export class IdBlockEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  name!: string;

  @Column({ name: "next_id", type: "bigint" })
  nextId!: number;
}
