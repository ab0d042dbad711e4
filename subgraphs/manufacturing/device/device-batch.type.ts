import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { OUTCOMES, type Outcome } from "./device-batch.ts";

export const OutcomeEnum = Object.fromEntries(OUTCOMES.map((word) => [word, word]));
registerEnumType(OutcomeEnum, {
  name: "Outcome",
  description:
    "What became of a row: a new device, a new revision, nothing new, or refused with a code.",
});

@ObjectType({ simpleResolvers: true, description: "The answer to one row of a batch." })
export class DeviceVerdict {
  @Field(() => Int, { description: "The row, from 0, in the order of the input." })
  index!: number;

  @Field(() => String, { nullable: true, description: "As the row gave it." })
  serialNumber!: string | null;

  @Field(() => OutcomeEnum, { description: "What became of the row." })
  outcome!: Outcome;

  @Field(() => Int, {
    nullable: true,
    description: "The device's revision now, where it is known.",
  })
  revision!: number | null;

  @Field(() => String, { nullable: true, description: "Why it was refused: a code for programs." })
  code!: string | null;

  @Field(() => String, { nullable: true, description: "Why it was refused: a text for people." })
  message!: string | null;

  @Field(() => String, { nullable: true, description: "The field at fault." })
  field!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "The answer to a batch: one verdict a row." })
export class DeviceBatch {
  @Field(() => [DeviceVerdict], { description: "In the order of the input." })
  verdicts!: DeviceVerdict[];

  @Field(() => Int, { description: "Rows that recorded a new device." })
  recorded!: number;

  @Field(() => Int, { description: "Rows that added a revision to a known device." })
  revised!: number;

  @Field(() => Int, { description: "Rows whose content was known already." })
  unchanged!: number;

  @Field(() => Int, { description: "Rows that were refused; all others stand." })
  refused!: number;
}
