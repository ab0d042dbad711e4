import { Directive, Field, ID, ObjectType, registerEnumType } from "type-graphql";
import { Node } from "../../../shared/graph/node.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import {
  CLOUD_IDENTITY_CHANGE_KINDS,
  CLOUD_IDENTITY_STATES,
  type CloudIdentityChangeKind,
  type CloudIdentityState,
} from "./identity.ts";

export const CloudIdentityStateEnum = Object.fromEntries(
  CLOUD_IDENTITY_STATES.map((state) => [state, state]),
);
registerEnumType(CloudIdentityStateEnum, {
  name: "CloudIdentityState",
  description: "How far a cloud identity may be used.",
  valuesConfig: {
    PENDING: { description: "Manufacturing has yet to confirm the link to the device." },
    ACTIVE: { description: "The device may work in the field and be registered." },
    SUSPENDED: { description: "Set aside by staff; may become active again." },
    REVOKED: { description: "Withdrawn for ever." },
    REFUSED: { description: "Manufacturing refused the link; never used." },
  },
});

export const CloudIdentityChangeKindEnum = Object.fromEntries(
  CLOUD_IDENTITY_CHANGE_KINDS.map((kind) => [kind, kind]),
);
registerEnumType(CloudIdentityChangeKindEnum, {
  name: "CloudIdentityChangeKind",
  description: "What happened to a cloud identity.",
  valuesConfig: {
    STATE_CHANGED: { description: "It came to this state." },
    CLAIM_CODE_REPLACED: { description: "Its claim code was replaced; its state stayed." },
  },
});

@Directive(`@key(fields: "id")`)
@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: "What connhexId names in the field.",
})
export class CloudIdentity implements Node {
  id!: string;

  @Field(() => ID)
  connhexId!: string;

  @Field(() => String)
  serialNumber!: string;

  @Field(() => CloudIdentityStateEnum)
  state!: CloudIdentityState;

  @Field(() => String, { nullable: true })
  name!: string | null;

  @Field(() => String, { nullable: true })
  model!: string | null;

  @Field(() => Boolean, { description: "Registering the device needs its claim code." })
  isProtected!: boolean;

  @Field(() => DateTime, { nullable: true, description: "When the link was confirmed." })
  provisionedAt!: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: "One state, or one new claim code, that a cloud identity came to.",
})
export class CloudIdentityChange {
  @Field(() => CloudIdentityChangeKindEnum)
  kind!: CloudIdentityChangeKind;

  @Field(() => CloudIdentityStateEnum)
  state!: CloudIdentityState;

  @Field(() => DateTime)
  at!: string;

  @Field(() => String, { nullable: true })
  actor!: string | null;

  @Field(() => String, { nullable: true })
  reason!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A new claim code; the former one is void." })
export class ClaimCodeReplacement {
  @Field(() => ID)
  connhexId!: string;

  @Field(() => String, { description: "Shown once, in this answer." })
  claimCode!: string;
}
