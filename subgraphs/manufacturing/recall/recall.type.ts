import { GraphQLJSON } from "graphql-scalars";
import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Node } from "../../../shared/graph/node.type.ts";
import { type ConnectionOf, PageInfo } from "../../../shared/graph/page-info.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { RecallCriteria } from "../recall-scope/recall-criteria-input.type.ts";
import type { RecallRow } from "./recall.store.ts";
import { RECALL_STATES, RECALL_STATUSES, type RecallState } from "./recall.ts";

export const RecallStatusEnum = Object.fromEntries(RECALL_STATUSES.map((word) => [word, word]));
registerEnumType(RecallStatusEnum, {
  name: "RecallStatus",
  description:
    "RECALLED: an open recall holds the device. CLEAR: none does, and none would now. UNKNOWN: a recall's criteria match the device, which the recall does not hold yet, or something needed could not be asked.",
});

export const RecallStateEnum = Object.fromEntries(RECALL_STATES.map((word) => [word, word]));
registerEnumType(RecallStateEnum, {
  name: "RecallState",
  description: "OPEN: its devices are recalled. WITHDRAWN: it was called off; its set stays.",
});

@InputType({ description: "The set to freeze: what it is made of, and why." })
export class FreezeRecallInput {
  @Field(() => String, { description: "What people call it; at most 200 characters." })
  title!: string;

  @Field(() => RecallCriteria, { description: "Which devices are affected." })
  criteria!: RecallCriteria;

  @Field(() => DateTime, {
    nullable: true,
    description: "As the record was known then; as it is known now unless given.",
  })
  knownAt?: Timestamp | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "The count that you looked at. Refused with SCOPE_CHANGED where the criteria give another one by now.",
  })
  expectedCount?: number | null;

  @Field(() => String, { description: "Why; at most 1,000 characters." })
  reason!: string;
}

@Directive(`@key(fields: "id")`)
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    "A frozen scope: exactly these devices, whatever is recorded later. It never changes; it can be withdrawn.",
})
export class Recall implements Node {
  @Field(() => ID, { description: "Opaque; unique among all types of the graph." })
  id!: string;

  @Field(() => String, { description: "What people call it." })
  title!: string;

  @Field(() => GraphQLJSON, { description: "The criteria as they were given." })
  criteria!: unknown;

  @Field(() => String, { description: "What the criteria mean, in words." })
  sentence!: string;

  @Field(() => DateTime, {
    nullable: true,
    description: "The moment whose knowledge was asked; null: that of the freezing.",
  })
  knownAt!: Timestamp | null;

  @Field(() => String, { description: "Why it was frozen." })
  reason!: string;

  @Field(() => DateTime, { description: "When it was frozen, by the database's clock." })
  frozenAt!: Timestamp;

  @Field(() => String, { description: "The subject that froze it." })
  frozenBy!: string;

  @Field(() => Int, { description: "How many devices it holds; exact, and never changes." })
  deviceCount!: number;

  @Field(() => String, {
    description:
      "SHA-256, in hex, over the serial numbers in the order of their UTF-8 bytes, each followed by a line feed.",
  })
  hash!: string;

  @Field(() => RecallStateEnum, { description: "Whether it still holds." })
  state!: RecallState;

  @Field(() => DateTime, { nullable: true, description: "When it was withdrawn." })
  withdrawnAt!: Timestamp | null;

  @Field(() => String, { nullable: true, description: "The subject that withdrew it." })
  withdrawnBy!: string | null;

  @Field(() => String, { nullable: true, description: "Why it was withdrawn." })
  withdrawalReason!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A recall in a list." })
export class RecallEdge {
  @Field(() => String, { description: "Where it stands in the list; opaque." })
  cursor!: string;

  @Field(() => Recall, { description: "The recall." })
  node!: RecallRow;
}

@ObjectType({ simpleResolvers: true, description: "A page of recalls, as they were frozen." })
export class RecallConnection {
  @Field(() => [RecallEdge], { description: "The recalls of the page, each with its cursor." })
  edges!: RecallEdge[];

  @Field(() => [Recall], { description: "The recalls of the page." })
  nodes!: RecallRow[];

  @Field(() => PageInfo, { description: "Where the page stands in the list." })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: "How many recalls the whole list has." })
  totalCount!: ConnectionOf<RecallRow>["totalCount"];
}
