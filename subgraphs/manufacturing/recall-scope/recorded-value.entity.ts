import { Entity, PrimaryColumn } from "typeorm";

/** A value that some revision had in a field of few values: each once. Rows are added only. */
@Entity({ name: "recorded_value" })
export class RecordedValueEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  field!: string;

  @PrimaryColumn({ type: "text" })
  value!: string;
}
