import { Field, ID, InputType, Int } from "type-graphql";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { DeviceValuesInput } from "../device/device-input.type.ts";
import type { ScanStatement } from "./scan.ts";

@InputType({
  description:
    "What a station says of one device. Fields that are left out or null are not known: they change nothing.",
})
export class ScanRecordInput extends DeviceValuesInput {
  @Field(() => String, { description: "At most 128 characters." })
  serialNumber!: string;
}

@InputType({ description: "One record of a device that was made at a station." })
export class ScanInput implements ScanStatement {
  @Field(() => String, {
    description: "The station's name: at most 64 letters, digits, dots, underscores and hyphens.",
  })
  station!: string;

  @Field(() => ID, {
    description: "The id that the station's journal was made with: 16 to 64 letters and digits.",
  })
  journal!: string;

  @Field(() => Int, { description: "Its number at the station: 1, 2, 3 … for good." })
  sequence!: number;

  @Field(() => DateTime, {
    description: "When it was made, by the station's clock: from when the record is true.",
  })
  scannedAt!: Timestamp;

  @Field(() => Int, {
    nullable: true,
    description: "The number of the refused scan that it is made again for.",
  })
  retryOf?: number | null;

  @Field(() => ScanRecordInput, { description: "What it says of the device." })
  record!: ScanRecordInput;
}
