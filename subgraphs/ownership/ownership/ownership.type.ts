import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Node } from "../../../shared/graph/node.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import { OwnerInput } from "../owner/owner.type.ts";
import { OWNERSHIP_ENDS, type OwnershipEnd } from "./ownership.ts";

export const OwnershipEndEnum = Object.fromEntries(OWNERSHIP_ENDS.map((end) => [end, end]));
registerEnumType(OwnershipEndEnum, {
  name: "OwnershipEnd",
  description: "How an ownership ended.",
});

@Directive(`@key(fields: "id")`)
@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: "Who has registered a device, from when to when.",
})
export class Ownership implements Node {
  id!: string;

  @Field(() => DateTime)
  from!: string;

  @Field(() => DateTime, { nullable: true, description: "Null while it lasts." })
  to!: string | null;

  @Field(() => OwnershipEndEnum, { nullable: true, description: "Null while it lasts." })
  endedBy!: OwnershipEnd | null;
}

@Directive("@inaccessible")
@ObjectType({
  simpleResolvers: true,
  description: "How many devices have their owner in a country. Nothing of a person.",
})
export class OwnerCountry {
  @Field(() => String, { nullable: true, description: "Null: no owner, or no country is known." })
  country!: string | null;

  @Field(() => Int, { description: "Of the devices that were asked about." })
  count!: number;
}

@ObjectType({ simpleResolvers: true, description: "The present owner's consent to a transfer." })
export class TransferOffer {
  @Field(() => String, { description: "For the new owner. Shown this once." })
  code!: string;

  @Field(() => DateTime)
  expiresAt!: string;
}

@InputType()
export class RegisterOwnershipInput {
  @Field(() => ID)
  connhexId!: string;

  @Field(() => OwnerInput, {
    nullable: true,
    description: "Who registers, where he is not known yet. An owner who is known stays as he is.",
  })
  owner?: OwnerInput | null;

  @Field(() => ID, {
    nullable: true,
    description: "For staff: the owner to register on behalf of.",
  })
  ownerId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Needed where the identity is protected. Letter case, spaces and dashes are free.",
  })
  claimCode?: string | null;
}

@InputType()
export class TransferOwnershipInput {
  @Field(() => ID)
  connhexId!: string;

  @Field(() => OwnerInput, { nullable: true, description: "The new owner, where not known yet." })
  owner?: OwnerInput | null;

  @Field(() => ID, { nullable: true, description: "The new owner, where he is known." })
  ownerId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The code of the present owner's offer. He himself needs none.",
  })
  consentCode?: string | null;

  @Field(() => String, { nullable: true })
  reason?: string | null;
}
