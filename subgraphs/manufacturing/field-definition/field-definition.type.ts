import { Field, InputType, ObjectType, registerEnumType } from "type-graphql";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { FIELD_TYPES, type FieldType } from "./field-definition.ts";

export const FieldTypeEnum = Object.fromEntries(FIELD_TYPES.map((type) => [type, type]));
registerEnumType(FieldTypeEnum, {
  name: "FieldType",
  description:
    "What the values of a custom field are. INTEGER: from -(2^53-1) to 2^53-1. DECIMAL: kept as text without superfluous zeros, given as text or number. DATE: YYYY-MM-DD.",
});

@ObjectType({ simpleResolvers: true, description: "A custom field that the tenant has declared." })
export class FieldDefinition {
  @Field(() => String, { description: "Its key within attributes." })
  name!: string;

  @Field(() => FieldTypeEnum, { description: "Never changes." })
  type!: FieldType;

  @Field(() => Boolean, { description: "Whether a device's first record must have it." })
  isRequired!: boolean;

  @Field(() => Boolean, { description: "Whether equal values make a production group." })
  isGroupable!: boolean;

  @Field(() => String, {
    nullable: true,
    description: "A regular expression that the whole of a TEXT value matches.",
  })
  pattern!: string | null;

  @Field(() => [String], { nullable: true, description: "The values of an ENUM." })
  values!: string[] | null;

  @Field(() => String, { nullable: true, description: "Its name for people." })
  label!: string | null;

  @Field(() => String, { nullable: true, description: "What it means." })
  description!: string | null;

  @Field(() => DateTime, { description: "When it was first defined." })
  createdAt!: Timestamp;

  @Field(() => DateTime, {
    nullable: true,
    description: "When it was retired: values stay, new ones are refused.",
  })
  retiredAt!: Timestamp | null;
}

@InputType({ description: "A custom field to define, or to define anew." })
export class FieldDefinitionInput {
  @Field(() => String, { description: "A small letter, then letters and digits; at most 64." })
  name!: string;

  @Field(() => FieldTypeEnum, { description: "Cannot be changed later." })
  type!: FieldType;

  @Field(() => Boolean, {
    defaultValue: false,
    description: "Whether a device's first record must have it.",
  })
  isRequired!: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description: "Whether equal values make a production group. Cannot be turned off later.",
  })
  isGroupable!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      "For TEXT: a regular expression that the whole value must match, at most 256 characters; values then have at most 256 as well.",
  })
  pattern?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: "For ENUM: its values; more can be added.",
  })
  values?: string[] | null;

  @Field(() => String, { nullable: true, description: "Its name for people." })
  label?: string | null;

  @Field(() => String, { nullable: true, description: "What it means; at most 1,000 characters." })
  description?: string | null;
}
