import { Directive, Field, ID, Int, ObjectType } from "type-graphql";
import { Node } from "../../../shared/graph/node.type.ts";
import { type ConnectionOf, PageInfo } from "../../../shared/graph/page-info.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { DeviceRecordFields, DispositionEnum } from "./device.type.ts";
import type { Disposition } from "./device-record.ts";
import type { Revision } from "./device-revision.ts";

@Directive(`@key(fields: "id")`)
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    "One recorded state of a device; it never changes. An answer of asOf is composed from the revisions in effect at that time.",
})
export class DeviceRevision extends DeviceRecordFields implements Node {
  @Field(() => ID, { description: "Opaque; unique among all types of the graph." })
  id!: string;

  @Field(() => Int, { description: "1, 2, 3 … without gaps." })
  revision!: number;

  @Field(() => DateTime, {
    description: "When it was recorded, by the database's clock; rises from revision to revision.",
  })
  recordedAt!: Timestamp;

  @Field(() => DateTime, {
    description: "From when it is true; may lie before what was recorded earlier.",
  })
  effectiveAt!: Timestamp;

  @Field(() => String, { nullable: true, description: "The subject that recorded it." })
  actor!: string | null;

  @Field(() => String, { nullable: true, description: "Why; given with every correction." })
  reason!: string | null;

  @Field(() => String, { nullable: true, description: "The file, station or client it came from." })
  source!: string | null;

  @Field(() => [String], {
    description: "The fields, custom ones included, in which it differs from the revision before.",
  })
  changed!: string[];

  @Field(() => DispositionEnum, {
    nullable: true,
    description: "Null only in an answer of asOf, where no disposition was in effect yet.",
  })
  disposition!: Disposition | null;
}

@ObjectType({ simpleResolvers: true, description: "A revision in a list." })
export class DeviceRevisionEdge {
  @Field(() => String, { description: "Where it stands in the list; opaque." })
  cursor!: string;

  @Field(() => DeviceRevision, { description: "The revision." })
  node!: Revision;
}

@ObjectType({ simpleResolvers: true, description: "A page of a device's revisions, oldest first." })
export class DeviceRevisionConnection {
  @Field(() => [DeviceRevisionEdge], { description: "The revisions of the page, with cursors." })
  edges!: DeviceRevisionEdge[];

  @Field(() => [DeviceRevision], { description: "The revisions of the page." })
  nodes!: Revision[];

  @Field(() => PageInfo, { description: "Where the page stands in the list." })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: "How many revisions the device has." })
  totalCount!: ConnectionOf<Revision>["totalCount"];
}
