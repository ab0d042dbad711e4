import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import {
  ASSUMED_DISPOSITIONS,
  type AssumedDisposition,
  PROVISION_OUTCOMES,
  type ProvisionOutcome,
} from "./provisioning.ts";

// Manufacturing has the same one; the graph has it once.
const DispositionEnum = Object.fromEntries(ASSUMED_DISPOSITIONS.map((word) => [word, word]));
registerEnumType(DispositionEnum, {
  name: "Disposition",
  description:
    "What the factory has decided about a device. QUARANTINED and SCRAPPED devices cannot be provisioned.",
});

export const ProvisionOutcomeEnum = Object.fromEntries(
  PROVISION_OUTCOMES.map((outcome) => [outcome, outcome]),
);
registerEnumType(ProvisionOutcomeEnum, {
  name: "ProvisionOutcome",
  description: "What became of one row of a provisioning batch.",
  valuesConfig: {
    PROVISIONED: { description: "The device has its cloud identity." },
    PENDING: { description: "Recorded; Manufacturing will confirm the link when it can be asked." },
    UNCHANGED: { description: "The device had this very identity already." },
    REFUSED: { description: "See the code." },
  },
});

@InputType({ description: "A recorded device that is to get its cloud identity." })
export class ProvisionInput {
  @Field(() => String)
  serialNumber!: string;

  @Field(() => ID, { nullable: true, description: "Given out (a UUID) where absent." })
  connhexId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Given out where absent. 16 to 128 characters.",
  })
  initKey?: string | null;

  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => String, { nullable: true })
  model?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "Registering will need a claim code, which the verdict brings.",
  })
  isProtected?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The init key of an identity that this row makes, where it brings no initKey, in place of one that is given out. It is not compared with the key of an identity that stands; where it is that key, the verdict tells it each time, so that an answer may be lost.",
  })
  newInitKey?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Likewise the claim code of a protected identity that this row makes: 12 characters of Crockford's base32, as 7Z3K-9QWX-04TB.",
  })
  newClaimCode?: string | null;

  @Field(() => DispositionEnum, {
    nullable: true,
    description:
      "Counts in a dry run alone: a device that is not recorded is judged as if it were, with this disposition.",
  })
  ifRecordedAs?: AssumedDisposition | null;
}

@ObjectType({ simpleResolvers: true, description: "What became of one row." })
export class ProvisionVerdict {
  @Field(() => Int, { description: "Of the row in the batch, from 0." })
  index!: number;

  @Field(() => String)
  serialNumber!: string;

  @Field(() => ID, { nullable: true })
  connhexId!: string | null;

  @Field(() => ProvisionOutcomeEnum)
  outcome!: ProvisionOutcome;

  @Field(() => String, { nullable: true, description: "Of a refusal: one of the error codes." })
  code!: string | null;

  @Field(() => String, { nullable: true })
  message!: string | null;

  @Field(() => String, { nullable: true, description: "The field that was refused." })
  field!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Where it was given out here, shown this once; or the newInitKey that is its own.",
  })
  initKey!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Of a protected identity, to be handed over with the device. Shown this once, unless it is the newClaimCode.",
  })
  claimCode!: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: "The verdicts on a batch, in the order of its rows.",
})
export class ProvisionBatch {
  @Field(() => [ProvisionVerdict])
  verdicts!: ProvisionVerdict[];

  @Field(() => Int)
  provisioned!: number;

  @Field(() => Int)
  pending!: number;

  @Field(() => Int)
  unchanged!: number;

  @Field(() => Int)
  refused!: number;
}
