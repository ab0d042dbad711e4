import { Directive, Field, InputType, ObjectType, registerEnumType } from "type-graphql";
import { Node } from "../../../shared/graph/node.type.ts";
import { OWNER_KINDS, type OwnerKind } from "./owner.ts";

export const OwnerKindEnum = Object.fromEntries(OWNER_KINDS.map((kind) => [kind, kind]));
registerEnumType(OwnerKindEnum, { name: "OwnerKind", description: "A person or an organisation." });

@Directive(`@key(fields: "id")`)
@ObjectType({ simpleResolvers: true, implements: Node, description: "Who has registered devices." })
export class Owner implements Node {
  id!: string;

  @Field(() => OwnerKindEnum)
  kind!: OwnerKind;

  @Field(() => String, { nullable: true, description: "ISO 3166-1 alpha-2." })
  country!: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: "How to reach an owner. Support sees it masked.",
})
export class OwnerContact {
  @Field(() => String, { nullable: true })
  email!: string | null;

  @Field(() => String, { nullable: true })
  phone!: string | null;

  @Field(() => String, { nullable: true })
  address!: string | null;
}

@InputType({ description: "A new owner." })
export class OwnerInput {
  @Field(() => OwnerKindEnum)
  kind!: OwnerKind;

  @Field(() => String)
  displayName!: string;

  @Field(() => String, { nullable: true, description: "ISO 3166-1 alpha-2, like IT." })
  country?: string | null;

  @Field(() => String, { nullable: true })
  email?: string | null;

  @Field(() => String, { nullable: true, description: "International, like +39 055 123456." })
  phone?: string | null;

  @Field(() => String, { nullable: true })
  address?: string | null;
}

@InputType({ description: "What is to be changed: what is not given stays, null clears." })
export class OwnerContactInput {
  @Field(() => String, { nullable: true, description: "Never cleared." })
  displayName?: string | null;

  @Field(() => String, { nullable: true })
  email?: string | null;

  @Field(() => String, { nullable: true, description: "International, like +39 055 123456." })
  phone?: string | null;

  @Field(() => String, { nullable: true })
  address?: string | null;
}
