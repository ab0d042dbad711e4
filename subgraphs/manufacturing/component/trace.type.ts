import { ArgsType, Field, Int, ObjectType } from "type-graphql";
import { PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { PageInfo } from "../../../shared/graph/page-info.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { LIMITS } from "../limits.ts";
import type { Membership } from "../production-group/production-group.ts";
import { MembershipEnum } from "../production-group/production-group.type.ts";

/** What one entry of a trace is made from. */
export interface TracedRow {
  itemId: number;
  level: number;
  /** Its installations, from the beginning of the trace on. */
  path: readonly number[];
}

@ObjectType({
  simpleResolvers: true,
  description: "A device or component that a trace comes to.",
})
export class TracedItem {
  @Field(() => Int, {
    description: "The fewest installations between it and where the trace begins.",
  })
  level!: number;
}

@ObjectType({ simpleResolvers: true, description: "An entry of a trace in its list." })
export class TracedItemEdge {
  @Field(() => String, { description: "Where it stands in the list; opaque." })
  cursor!: string;

  @Field(() => TracedItem, { description: "The entry." })
  node!: TracedRow;
}

@ObjectType({
  description: "Items that contain each other, which cannot be: the data is at fault.",
})
export class ComponentLoop {}

@ObjectType({
  simpleResolvers: true,
  description: "A page of a trace, level by level. The trace is bounded: see isComplete.",
})
export class TracedItemConnection {
  @Field(() => [TracedItemEdge], { description: "The entries of the page, with cursors." })
  edges!: TracedItemEdge[];

  @Field(() => [TracedItem], { description: "The entries of the page." })
  nodes!: TracedRow[];

  @Field(() => PageInfo, { description: "Where the page stands in the list." })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: "How many entries the whole list has." })
  totalCount!: number;

  @Field(() => Boolean, { description: "Whether nothing lies beyond the levels asked for." })
  isComplete!: boolean;

  @Field(() => [ComponentLoop], {
    description: `Loops among the installations on the way, which were not followed: at most ${LIMITS.traceLoops}.`,
  })
  loops!: () => readonly (readonly number[])[];
}

/** How far a trace goes, and which page of it. */
@ArgsType()
export class TraceArgs extends PageArgs {
  @Field(() => Int, {
    defaultValue: LIMITS.traceLevels,
    description: `How far: 1 to ${LIMITS.traceLevels}.`,
  })
  levels!: number;

  @Field(() => MembershipEnum, {
    defaultValue: "CURRENT",
    description: "CURRENT: by installations without a removal. EVER: by all.",
  })
  membership!: Membership;

  @Field(() => DateTime, {
    nullable: true,
    description: "With CURRENT: by those that were installed at this time.",
  })
  at?: Timestamp | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "As it was known then; now unless given.",
  })
  knownAt?: Timestamp | null;
}

/** Where a trace begins, how far it goes, and which page of it. */
@ArgsType()
export class WhereUsedArgs extends TraceArgs {
  @Field(() => String, { nullable: true, description: "Components of this supplier; exact." })
  supplier?: string | null;

  @Field(() => String, { nullable: true, description: "With this part number; exact." })
  partNumber?: string | null;

  @Field(() => String, { nullable: true, description: "With this serial number; exact." })
  serialNumber?: string | null;

  @Field(() => String, { nullable: true, description: "Of this supplier lot; exact." })
  supplierLot?: string | null;
}
