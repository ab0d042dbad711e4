import { Field, ID, Int, ObjectType } from "type-graphql";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";

@ObjectType({
  simpleResolvers: true,
  description: "A place of a factory line that records devices by scans, and how far they came.",
})
export class Station {
  @Field(() => String, { description: "Unique within the tenant." })
  station!: string;

  @Field(() => ID, { description: "The journal whose scans the name stands before now." })
  journal!: string;

  @Field(() => Boolean, { description: "Whether the name stands before this journal's scans now." })
  isHeldBy!: boolean;

  @Field(() => Int, { description: "The first number of that journal." })
  firstSequence!: number;

  @Field(() => Int, { description: "Scans that have arrived, of all its journals." })
  scanCount!: number;

  @Field(() => Int, { description: "The highest number that has arrived; 0 where none has." })
  lastSequence!: number;

  @Field(() => Int, {
    description: "Lower numbers that have not arrived: scans that wait in a journal, or are lost.",
  })
  gaps!: number;

  @Field(() => DateTime, {
    nullable: true,
    description: "When the last scans were made, by the station's clock.",
  })
  lastScannedAt!: Timestamp | null;

  @Field(() => DateTime, { nullable: true, description: "When the last scans were recorded." })
  lastRecordedAt!: Timestamp | null;
}
