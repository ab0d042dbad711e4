import { Directive, Field, ID, Int, ObjectType } from "type-graphql";
import { PageInfo } from "../../../shared/graph/page-info.type.ts";

@Directive(`@key(fields: "connhexId")`)
@ObjectType({ simpleResolvers: true, description: "One serialised unit." })
export class Device {
  @Field(() => ID, { nullable: true, description: "Its cloud identity; null until provisioned." })
  connhexId!: string | null;
}

@Directive("@shareable")
@ObjectType({ simpleResolvers: true, description: "A device in a list." })
export class DeviceEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Device)
  node!: Device;
}

@Directive("@shareable")
@ObjectType({ simpleResolvers: true, description: "A page of devices." })
export class DeviceConnection {
  @Field(() => [DeviceEdge])
  edges!: DeviceEdge[];

  @Field(() => [Device])
  nodes!: Device[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => Int, { description: "All devices of the list, on whatever page." })
  totalCount!: number;
}
