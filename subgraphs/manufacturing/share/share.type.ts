import { ArgsType, Directive, Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { Node } from "../../../shared/graph/node.type.ts";
import { PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, PageInfo } from "../../../shared/graph/page-info.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { ShareRow } from "./share.store.ts";
import { SHARE_KINDS, SHARE_STATES, type ShareKind, type ShareState } from "./share.ts";

export const ShareKindEnum = Object.fromEntries(SHARE_KINDS.map((word) => [word, word]));
registerEnumType(ShareKindEnum, {
  name: "ShareKind",
  description:
    "How a share says which devices it covers. GROUP: those in a production group now. LIST: those that were named. CRITERIA: those that meet all criteria now.",
});

export const ShareStateEnum = Object.fromEntries(SHARE_STATES.map((word) => [word, word]));
registerEnumType(ShareStateEnum, {
  name: "ShareState",
  description: "PLANNED: it has yet to begin. ACTIVE: the partner sees by it. ENDED: it is over.",
});

@ObjectType({
  simpleResolvers: true,
  description: "The devices that have one of some values, now.",
})
export class ShareGroup {
  @Field(() => String, { description: "The grouping field." })
  field!: string;

  @Field(() => [String], { description: "The values, any of which a device has." })
  values!: string[];
}

@ObjectType({
  simpleResolvers: true,
  description:
    "The devices that meet every criterion that is not null. Where a field is not known of a device, the device does not meet a criterion on it.",
})
export class ShareCriteria {
  @Field(() => [String], { nullable: true, description: "Any of these." })
  partNumber!: string[] | null;

  @Field(() => [String], { nullable: true, description: "Any of these." })
  deviceType!: string[] | null;

  @Field(() => [String], { nullable: true, description: "Any of these." })
  hardwareRevision!: string[] | null;

  @Field(() => [String], { nullable: true, description: "Any of these." })
  fwVersion!: string[] | null;

  @Field(() => [String], { nullable: true, description: "Any of these." })
  site!: string[] | null;

  @Field(() => DateTime, { nullable: true, description: "Built at this time or later." })
  producedFrom!: Timestamp | null;

  @Field(() => DateTime, { nullable: true, description: "Built before this time." })
  producedTo!: Timestamp | null;

  @Field(() => String, { nullable: true, description: "The first one, by its code points." })
  serialNumberFrom!: string | null;

  @Field(() => String, { nullable: true, description: "The last one, by its code points." })
  serialNumberTo!: string | null;
}

@Directive(`@key(fields: "id")`)
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    "What one partner may see: some devices, some fields of them, for some time. It never changes, but it can be ended.",
})
export class Share implements Node {
  @Field(() => ID, { description: "Opaque; unique among all types of the graph." })
  id!: string;

  @Field(() => String, { description: "The client that sees by it, in the role partner." })
  partner!: string;

  @Field(() => ShareKindEnum, { description: "How it says which devices it covers." })
  kind!: ShareKind;

  @Field(() => [String], {
    description:
      "What is seen of a device, beside id, serialNumber, connhexId, revision, recordedAt and disposition.",
  })
  fields!: string[];

  @Field(() => DateTime, { description: "From when the partner sees by it." })
  from!: Timestamp;

  @Field(() => DateTime, {
    nullable: true,
    description: "Until when, as it was granted; null: until it is ended.",
  })
  to!: Timestamp | null;

  @Field(() => String, { description: "The subject that granted it." })
  grantedBy!: string;

  @Field(() => DateTime, { description: "When it was granted, by the database's clock." })
  grantedAt!: Timestamp;

  @Field(() => String, { description: "Why it was granted." })
  reason!: string;

  @Field(() => DateTime, {
    nullable: true,
    description: "When it was ended, or will be, before its time.",
  })
  endedAt!: Timestamp | null;

  @Field(() => String, { nullable: true, description: "The subject that ended it." })
  endedBy!: string | null;

  @Field(() => String, { nullable: true, description: "Why it was ended." })
  endReason!: string | null;

  @Field(() => ShareStateEnum, { description: "Whether it is yet to begin, lasts, or is over." })
  state!: ShareState;
}

@ObjectType({ simpleResolvers: true, description: "A share in a list." })
export class ShareEdge {
  @Field(() => String, { description: "Where it stands in the list; opaque." })
  cursor!: string;

  @Field(() => Share, { description: "The share." })
  node!: ShareRow;
}

@ObjectType({ simpleResolvers: true, description: "A page of shares, as they were granted." })
export class ShareConnection {
  @Field(() => [ShareEdge], { description: "The shares of the page, each with its cursor." })
  edges!: ShareEdge[];

  @Field(() => [Share], { description: "The shares of the page." })
  nodes!: ShareRow[];

  @Field(() => PageInfo, { description: "Where the page stands in the list." })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: "How many shares the whole list has." })
  totalCount!: ConnectionOf<ShareRow>["totalCount"];
}

/** Whose shares, and which page of them. */
@ArgsType()
export class SharesArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: "Of this partner alone." })
  partner?: string | null;
}

/** Which devices that are shared with the caller, and which page of them. */
@ArgsType()
export class SharedDevicesArgs extends PageArgs {
  @Field(() => ID, { nullable: true, description: "By this share alone." })
  share?: string | null;
}

@Directive("@inaccessible")
@ObjectType({ simpleResolvers: true, description: "What of one device is shared with a partner." })
export class SharedFields {
  @Field(() => ID, { description: "The device's connhexId." })
  connhexId!: string;

  @Field(() => [String], { description: "The names that are shared." })
  fields!: string[];
}
