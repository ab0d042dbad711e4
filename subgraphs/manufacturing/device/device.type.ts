import { GraphQLJSON } from "graphql-scalars";
import { Directive, Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { Node } from "../../../shared/graph/node.type.ts";
import { type ConnectionOf, PageInfo } from "../../../shared/graph/page-info.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { DeviceEntity } from "./device.entity.ts";
import {
  type Attributes,
  DISPOSITIONS,
  type Disposition,
  PHASES,
  type Phase,
} from "./device-record.ts";

export const ProductionPhaseEnum = Object.fromEntries(PHASES.map((phase) => [phase, phase]));
registerEnumType(ProductionPhaseEnum, {
  name: "ProductionPhase",
  description: "A phase of production, in the order of the line.",
});

export const DispositionEnum = Object.fromEntries(DISPOSITIONS.map((word) => [word, word]));
registerEnumType(DispositionEnum, {
  name: "Disposition",
  description:
    "What the factory has decided about a device. QUARANTINED and SCRAPPED devices cannot be provisioned.",
});

/** The fields that a device and each of its revisions share. */
@ObjectType({ simpleResolvers: true })
export abstract class DeviceRecordFields {
  @Field(() => String, { description: "Unique within the tenant; never changes." })
  serialNumber!: string;

  @Field(() => ID, {
    nullable: true,
    description: "Names its cloud identity; null until provisioned.",
  })
  connhexId!: string | null;

  @Field(() => String, { nullable: true, description: "The maker's part number of the device." })
  partNumber!: string | null;

  @Field(() => String, { nullable: true, description: "The part number of its circuit board." })
  pcbPartNumber!: string | null;

  @Field(() => String, { nullable: true, description: "The hardware revision that was built." })
  hardwareRevision!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The firmware that it left the factory with; not what it runs in the field.",
  })
  fwVersion!: string | null;

  @Field(() => String, { nullable: true, description: "The maker's name of its kind." })
  deviceType!: string | null;

  @Field(() => String, { nullable: true, description: "The production lot." })
  lotCode!: string | null;

  @Field(() => String, { nullable: true, description: "The work order under which it was built." })
  workOrder!: string | null;

  @Field(() => String, { nullable: true, description: "The production order." })
  productionOrder!: string | null;

  @Field(() => String, { nullable: true, description: "The pallet that it left on." })
  palletId!: string | null;

  @Field(() => String, { nullable: true, description: "The package that it left in." })
  packageId!: string | null;

  @Field(() => ProductionPhaseEnum, { nullable: true, description: "The last phase recorded." })
  phase!: Phase | null;

  @Field(() => DateTime, { nullable: true, description: "When it was built." })
  producedAt!: Timestamp | null;

  @Field(() => String, { nullable: true, description: "The factory site of the last phase." })
  site!: string | null;

  @Field(() => String, { nullable: true, description: "The line within the site." })
  line!: string | null;

  @Field(() => String, { nullable: true, description: "Who operated the station, as recorded." })
  operator!: string | null;

  @Field(() => GraphQLJSON, {
    description: "Custom fields by name, as fieldDefinitions declares them.",
  })
  attributes!: Attributes;
}

@Directive(`@key(fields: "id")`)
@Directive(`@key(fields: "connhexId")`)
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "One serialised unit, as its manufacturing record says now.",
})
export class Device extends DeviceRecordFields implements Node {
  @Field(() => ID, { description: "Opaque; unique among all types of the graph." })
  id!: string;

  @Field(() => Int, { description: "The number of its last revision, from 1." })
  revision!: number;

  @Field(() => DateTime, { description: "When its last revision was recorded." })
  recordedAt!: Timestamp;

  @Field(() => DispositionEnum, { description: "RELEASED unless the factory decided otherwise." })
  disposition!: Disposition;
}

@ObjectType({ simpleResolvers: true, description: "A device in a list." })
@Directive("@shareable")
export class DeviceEdge {
  @Field(() => String, { description: "Where it stands in the list; opaque." })
  cursor!: string;

  @Field(() => Device, { description: "The device." })
  node!: DeviceEntity;
}

@ObjectType({
  simpleResolvers: true,
  description: "A page of devices, in a fixed order: about that in which they were first recorded.",
})
@Directive("@shareable")
export class DeviceConnection {
  @Field(() => [DeviceEdge], { description: "The devices of the page, each with its cursor." })
  edges!: DeviceEdge[];

  @Field(() => [Device], { description: "The devices of the page." })
  nodes!: DeviceEntity[];

  @Field(() => PageInfo, { description: "Where the page stands in the list." })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: "How many devices the whole list has; exact." })
  totalCount!: ConnectionOf<DeviceEntity>["totalCount"];
}
