import { ArgsType, Field, ObjectType, registerEnumType } from "type-graphql";
import { PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { MEMBERSHIPS, type Membership } from "./production-group.ts";

export const MembershipEnum = Object.fromEntries(MEMBERSHIPS.map((word) => [word, word]));
registerEnumType(MembershipEnum, {
  name: "Membership",
  description:
    "Which devices a group has. CURRENT: those whose value it is now. EVER: those whose value it was in any revision.",
});

@ObjectType({
  simpleResolvers: true,
  description: "The devices that share one value of a grouping field.",
})
export class ProductionGroup {
  @Field(() => String, {
    description: "The grouping field, like lotCode, or a groupable custom field.",
  })
  field!: string;

  @Field(() => String, { description: "The value that its devices share, as text." })
  value!: string;
}

/** Which devices of a group, and which page of them. */
@ArgsType()
export class GroupDevices extends PageArgs {
  @Field(() => MembershipEnum, {
    defaultValue: "CURRENT",
    description: "Those now, or those ever.",
  })
  membership!: Membership;
}

/** Which siblings, and which page of them. */
@ArgsType()
export class Siblings extends GroupDevices {
  @Field(() => String, { defaultValue: "lotCode", description: "The grouping field." })
  by!: string;
}
