import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { Outcome } from "../device/device-batch.ts";
import { OutcomeEnum } from "../device/device-batch.type.ts";
import { SCAN_ARRIVALS, type ScanArrival } from "./scan.ts";

export const ScanArrivalEnum = Object.fromEntries(SCAN_ARRIVALS.map((word) => [word, word]));
registerEnumType(ScanArrivalEnum, {
  name: "ScanArrival",
  description:
    "How a scan came: FIRST, and its verdict is kept for good; DUPLICATE, with the verdict that was given first; NOT_KEPT, because its number or its station's name is another's.",
});

@ObjectType({ simpleResolvers: true, description: "The answer to one scan of a batch." })
export class ScanVerdict {
  @Field(() => Int, { description: "The scan, from 0, in the order of the input." })
  index!: number;

  @Field(() => String, { description: "The station that made it." })
  station!: string;

  @Field(() => Int, { description: "Its number at the station." })
  sequence!: number;

  @Field(() => ScanArrivalEnum, { description: "Whether it came for the first time." })
  arrival!: ScanArrival;

  @Field(() => String, { nullable: true, description: "As the scan gave it." })
  serialNumber!: string | null;

  @Field(() => OutcomeEnum, { description: "What became of the scan when it came first." })
  outcome!: Outcome;

  @Field(() => Int, {
    nullable: true,
    description: "The device's revision after the scan, where it is known.",
  })
  revision!: number | null;

  @Field(() => String, { nullable: true, description: "Why it was refused: a code for programs." })
  code!: string | null;

  @Field(() => String, { nullable: true, description: "Why it was refused: a text for people." })
  message!: string | null;

  @Field(() => String, { nullable: true, description: "The field at fault." })
  field!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "The answer to scans: one verdict each." })
export class ScanBatch {
  @Field(() => [ScanVerdict], { description: "In the order of the input." })
  verdicts!: ScanVerdict[];

  @Field(() => Int, { description: "Scans that recorded a new device." })
  recorded!: number;

  @Field(() => Int, { description: "Scans that added revisions to a known device." })
  revised!: number;

  @Field(() => Int, { description: "Scans whose content was known already." })
  unchanged!: number;

  @Field(() => Int, { description: "Scans that were refused; all others stand." })
  refused!: number;

  @Field(() => Int, { description: "Of all these, those that had come before." })
  duplicates!: number;

  @Field(() => DateTime, {
    description: "When the batch arrived, by the database's clock: the station's may differ.",
  })
  receivedAt!: Timestamp;
}
