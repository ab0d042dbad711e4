import { Column, Entity, PrimaryColumn } from "typeorm";

/** Where the next block of ids begins. Holds nothing of any tenant. */
@Entity({ name: "id_block" })
export class IdBlockEntity {
  @PrimaryColumn({ type: "text" })
  name!: string;

  @Column({ type: "bigint" })
  next!: number;
}
