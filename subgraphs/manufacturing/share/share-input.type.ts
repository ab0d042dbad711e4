import { Field, InputType } from "type-graphql";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";

@InputType({ description: "The devices that have one of these values in a grouping field, now." })
export class ShareGroupInput {
  @Field(() => String, { description: "The grouping field, like lotCode." })
  field!: string;

  @Field(() => [String], { description: "At most 1,000." })
  values!: string[];
}

@InputType({ description: "Criteria, of which a device must meet every one that is given." })
export class ShareCriteriaInput {
  @Field(() => [String], { nullable: true, description: "Any of these, at most 1,000." })
  partNumber?: string[] | null;

  @Field(() => [String], { nullable: true, description: "Any of these, at most 1,000." })
  deviceType?: string[] | null;

  @Field(() => [String], { nullable: true, description: "Any of these, at most 1,000." })
  hardwareRevision?: string[] | null;

  @Field(() => [String], { nullable: true, description: "Any of these, at most 1,000." })
  fwVersion?: string[] | null;

  @Field(() => [String], { nullable: true, description: "Any of these, at most 1,000." })
  site?: string[] | null;

  @Field(() => DateTime, { nullable: true, description: "Built at this time or later." })
  producedFrom?: Timestamp | null;

  @Field(() => DateTime, { nullable: true, description: "Built before this time." })
  producedTo?: Timestamp | null;

  @Field(() => String, { nullable: true, description: "The first one, by its code points." })
  serialNumberFrom?: string | null;

  @Field(() => String, { nullable: true, description: "The last one, by its code points." })
  serialNumberTo?: string | null;
}

@InputType({
  description:
    "What a partner shall see. Give exactly one of group, serialNumbers and criteria: which devices.",
})
export class ShareDevicesInput {
  @Field(() => String, { description: "The partner: the name of its client." })
  partner!: string;

  @Field(() => ShareGroupInput, { nullable: true, description: "Devices of a production group." })
  group?: ShareGroupInput | null;

  @Field(() => [String], { nullable: true, description: "Recorded devices, at most 10,000." })
  serialNumbers?: string[] | null;

  @Field(() => ShareCriteriaInput, { nullable: true, description: "Devices that meet criteria." })
  criteria?: ShareCriteriaInput | null;

  @Field(() => [String], {
    description:
      "The fields of Device that hold values of the record; attributes, or attributes.<name> for one custom field; history; identity. Others are always shared, or never.",
  })
  fields!: string[];

  @Field(() => DateTime, { nullable: true, description: "Not in the past; now unless given." })
  from?: Timestamp | null;

  @Field(() => DateTime, { nullable: true, description: "Until it is ended, unless given." })
  to?: Timestamp | null;

  @Field(() => String, { description: "Why; at most 1,000 characters." })
  reason!: string;
}
