import { Field, InputType } from "type-graphql";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { Membership } from "../production-group/production-group.ts";
import { MembershipEnum } from "../production-group/production-group.type.ts";

const MEMBERSHIP = { nullable: true, defaultValue: "CURRENT" } as const;

@InputType({ description: "Devices of production groups of one field: of any of these values." })
export class GroupCriterion {
  @Field(() => String, { description: "A grouping field, like lotCode." })
  field!: string;

  @Field(() => [String], { description: "Values that were recorded at some time; any of them." })
  values!: string[];

  @Field(() => MembershipEnum, { ...MEMBERSHIP, description: "Those now, or those ever." })
  membership?: Membership | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "With CURRENT: those whose value it was at this time, as Device.asOf says.",
  })
  at?: Timestamp | null;
}

@InputType({
  description:
    "Everything that shares an origin with one device, which is part of it: by any of these fields.",
})
export class SiblingsCriterion {
  @Field(() => String, { description: "Of the device whose origin is meant." })
  serialNumber!: string;

  @Field(() => [String], {
    description:
      "Grouping fields; component, for whatever held the same piece; supplierLot, for components of the same supplier's lot.",
  })
  by!: string[];

  @Field(() => MembershipEnum, {
    ...MEMBERSHIP,
    description: "By what is so now, or by what was so ever, of this device and of the others.",
  })
  membership?: Membership | null;
}

@InputType({
  description: "Devices by the value of a field: one of a list, or from one value to another.",
})
export class FieldCriterion {
  @Field(() => String, {
    description: "A field of the device, a custom field, or attributes.<name> for a custom field.",
  })
  name!: string;

  @Field(() => [String], { nullable: true, description: "Any of these; as text, exact." })
  in?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "This or more: of a version, a time or day, or a number. Included.",
  })
  from?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "This or less. Included; a day stands for all of it, in UTC.",
  })
  to?: string | null;
}

@InputType({ description: "Devices by serial number: those named, or those from one to another." })
export class SerialNumberCriterion {
  @Field(() => [String], { nullable: true, description: "Of recorded devices; any of them." })
  in?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "The first of a range in the maker's own format, like SN-0100. Included.",
  })
  from?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The last, which differs from the first in one number. Included.",
  })
  to?: string | null;
}

@InputType({
  description:
    "Devices that contain, on any level, one component with all that is given here; at least one thing is.",
})
export class ComponentCriterion {
  @Field(() => String, { nullable: true, description: "The component's part number." })
  partNumber?: string | null;

  @Field(() => String, { nullable: true, description: "The component's own serial number." })
  serialNumber?: string | null;

  @Field(() => String, { nullable: true, description: "Who made it." })
  supplier?: string | null;

  @Field(() => String, { nullable: true, description: "The lot of its supplier." })
  supplierLot?: string | null;

  @Field(() => MembershipEnum, {
    ...MEMBERSHIP,
    description: "Those in which it is installed, or in which it ever was.",
  })
  membership?: Membership | null;
}

@InputType({
  description:
    "What is affected. Each input sets exactly one member; values that never existed are refused by name.",
})
export class RecallCriteria {
  @Field(() => [RecallCriteria], { nullable: true, description: "Devices that meet all of these." })
  allOf?: RecallCriteria[] | null;

  @Field(() => [RecallCriteria], {
    nullable: true,
    description: "Devices that meet one of these, or several.",
  })
  anyOf?: RecallCriteria[] | null;

  @Field(() => [RecallCriteria], {
    nullable: true,
    description:
      "Devices that meet none of these. What is not known meets no criterion, so it does not exclude.",
  })
  noneOf?: RecallCriteria[] | null;

  @Field(() => GroupCriterion, { nullable: true, description: "By production group." })
  group?: GroupCriterion | null;

  @Field(() => SiblingsCriterion, {
    nullable: true,
    description: "By what is shared with one device.",
  })
  siblingsOf?: SiblingsCriterion | null;

  @Field(() => FieldCriterion, { nullable: true, description: "By the value of a field." })
  field?: FieldCriterion | null;

  @Field(() => SerialNumberCriterion, { nullable: true, description: "By serial number." })
  serialNumber?: SerialNumberCriterion | null;

  @Field(() => ComponentCriterion, {
    nullable: true,
    description: "By what is installed, on any level.",
  })
  component?: ComponentCriterion | null;
}
