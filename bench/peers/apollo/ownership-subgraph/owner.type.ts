import { Directive, Field, ID, ObjectType } from "type-graphql";
import { DateTime } from "../scalars.ts";

@ObjectType({ simpleResolvers: true })
export class CloudIdentity {
  @Field(() => String)
  state!: string;
}

@ObjectType()
export class Owner {}

@ObjectType({ simpleResolvers: true })
export class Ownership {
  @Field(() => DateTime)
  from!: string;

  @Field(() => DateTime, { nullable: true })
  to!: string | null;

  ownerId!: number;
}

@Directive(`@key(fields: "connhexId")`)
@ObjectType({ simpleResolvers: true })
export class Device {
  @Field(() => ID, { nullable: true })
  connhexId!: string | null;
}
