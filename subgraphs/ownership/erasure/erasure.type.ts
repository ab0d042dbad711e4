import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { type ConnectionOf, PageInfo } from "../../../shared/graph/page-info.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import { ERASURE_STATES, type Erasure as ErasureRow, type ErasureState } from "./erasure.ts";

export const ErasureStateEnum = Object.fromEntries(ERASURE_STATES.map((state) => [state, state]));
registerEnumType(ErasureStateEnum, {
  name: "ErasureState",
  description: "PENDING until every service has forgotten the owner: some seconds.",
});

@ObjectType({
  simpleResolvers: true,
  description: "That an owner was erased. It says nothing of him.",
})
export class Erasure {
  @Field(() => ID, { description: "The owner, who is nobody now." })
  ownerId!: string;

  @Field(() => String, { description: "Why, as it was given." })
  reason!: string;

  @Field(() => Boolean, {
    description: "Whether an open recall of a device of his was overridden.",
  })
  isHoldOverridden!: boolean;

  @Field(() => Int, { description: "How many devices he owned then. They are nobody's." })
  released!: number;

  @Field(() => DateTime)
  erasedAt!: string;

  @Field(() => String, { description: "The subject that erased him." })
  erasedBy!: string;

  @Field(() => ErasureStateEnum)
  state!: ErasureState;

  @Field(() => DateTime, { nullable: true, description: "Null while it is pending." })
  completedAt!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "An erasure in a list." })
export class ErasureEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Erasure)
  node!: ErasureRow;
}

@ObjectType({ simpleResolvers: true, description: "A page of erasures, oldest first." })
export class ErasureConnection {
  @Field(() => [ErasureEdge])
  edges!: ErasureEdge[];

  @Field(() => [Erasure])
  nodes!: ErasureRow[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => Int)
  totalCount!: ConnectionOf<ErasureRow>["totalCount"];
}
