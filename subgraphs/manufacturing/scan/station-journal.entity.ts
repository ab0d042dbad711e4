import { Column, Entity, PrimaryColumn } from "typeorm";
import type { Timestamp } from "../../../shared/time.ts";

/** That a journal got the name of a station. Never changed and never removed. */
@Entity({ name: "station_journal" })
export class StationJournalEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ type: "text" })
  station!: string;

  @PrimaryColumn({ type: "text" })
  journal!: string;

  @Column({ name: "first_sequence", type: "integer" })
  firstSequence!: number;

  @Column({ name: "recorded_at", type: "timestamptz" })
  recordedAt!: Timestamp;

  @Column({ type: "text" })
  actor!: string;

  /** null where the journal is the station's first one. */
  @Column({ type: "text", nullable: true })
  reason!: string | null;
}
