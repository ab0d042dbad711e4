import { GraphQLJSON } from "graphql-scalars";
import { Directive, Field, ID, Int, ObjectType } from "type-graphql";
import { DateTime } from "../scalars.ts";

@ObjectType({ simpleResolvers: true })
export class DeviceRevision {
  @Field(() => Int)
  revision!: number;

  @Field(() => DateTime)
  recordedAt!: string;

  @Field(() => DateTime)
  effectiveAt!: string;

  @Field(() => String)
  actor!: string;

  @Field(() => String, { nullable: true })
  reason!: string | null;

  @Field(() => [String])
  changed!: string[];
}

@ObjectType({ simpleResolvers: true })
export class DeviceRevisionConnection {
  @Field(() => [DeviceRevision])
  nodes!: DeviceRevision[];
}

@Directive(`@key(fields: "connhexId")`)
@ObjectType({ simpleResolvers: true })
export class Device {
  @Field(() => ID, { nullable: true })
  connhexId!: string | null;

  @Field(() => String)
  serialNumber!: string;

  @Field(() => String, { nullable: true })
  partNumber!: string | null;

  @Field(() => String, { nullable: true })
  fwVersion!: string | null;

  @Field(() => String, { nullable: true })
  hardwareRevision!: string | null;

  @Field(() => String, { nullable: true })
  lotCode!: string | null;

  @Field(() => GraphQLJSON)
  attributes!: object;
}

@ObjectType({ simpleResolvers: true })
export class DeviceConnection {
  @Field(() => [Device])
  nodes!: Device[];
}

@ObjectType({ simpleResolvers: true })
export class ProductionGroup {
  @Field(() => String)
  value!: string;
}
