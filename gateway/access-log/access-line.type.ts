import { ArgsType, Field, Float, ID, Int, ObjectType } from "type-graphql";
import { PageArgs } from "../../shared/graph/page-arguments.type.ts";
import { PageInfo } from "../../shared/graph/page-info.type.ts";
import { DateTime } from "../../shared/graph/scalars.ts";
import type { Timestamp } from "../../shared/time.ts";

@ObjectType({
  simpleResolvers: true,
  description: "What one request left in the access log, before its answer was sent.",
})
export class AccessLine {
  @Field(() => DateTime, { description: "When it was recorded." })
  at!: Timestamp;

  @Field(() => ID, { description: "The request's id in all logs." })
  requestId!: string;

  @Field(() => String, { description: "Who asked: the token's subject, a pseudonym." })
  subject!: string;

  @Field(() => String, { nullable: true, description: "The client program, where it is known." })
  client!: string | null;

  @Field(() => [String], { description: "As whom." })
  roles!: string[];

  @Field(() => ID, {
    nullable: true,
    description: "The published document; null where a text was sent.",
  })
  documentId!: string | null;

  @Field(() => String, { nullable: true, description: "SHA-256 of the document's text, in hex." })
  textHash!: string | null;

  @Field(() => String, { nullable: true, description: "What the operation was called." })
  operationName!: string | null;

  @Field(() => String, { nullable: true, description: "query, mutation or subscription." })
  operationType!: string | null;

  @Field(() => Int, { description: "How many devices were read or written." })
  deviceCount!: number;

  @Field(() => [String], { description: "Error codes of the answer; empty where it has none." })
  outcomes!: string[];

  @Field(() => Int, { description: "The answer's HTTP status." })
  status!: number;

  @Field(() => Float, { description: "How long it took, in milliseconds." })
  ms!: number;
}

@ObjectType({ simpleResolvers: true, description: "A line in a list." })
export class AccessLineEdge {
  @Field(() => String, { description: "Where the line stands in the list." })
  cursor!: string;

  @Field(() => AccessLine, { description: "The line." })
  node!: AccessLine;
}

@ObjectType({ simpleResolvers: true, description: "A page of lines, in the order of recording." })
export class AccessLineConnection {
  @Field(() => [AccessLineEdge], { description: "The lines with their cursors." })
  edges!: AccessLineEdge[];

  @Field(() => [AccessLine], { description: "The lines." })
  nodes!: AccessLine[];

  @Field(() => PageInfo, { description: "What lies on either side of the page." })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: "All lines that name the device in that time." })
  totalCount!: number;

  @Field(() => Int, {
    description:
      "Answers in that time with more devices than are kept by name; any of them may have had this one.",
  })
  largerAnswers!: number;
}

/** Which lines. */
@ArgsType()
export class AccessLogArgs extends PageArgs {
  @Field(() => [String], {
    description:
      "One device by its connhexId, its serial number, or both: whoever saw it by either.",
  })
  device!: string[];

  @Field(() => DateTime, { nullable: true, description: "Recorded then or later." })
  from?: Timestamp | null;

  @Field(() => DateTime, { nullable: true, description: "Recorded before then." })
  to?: Timestamp | null;
}
