import { GraphQLJSON } from "graphql-scalars";
import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Node } from "../../../shared/graph/node.type.ts";
import { type ConnectionOf, PageInfo } from "../../../shared/graph/page-info.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { DocumentRow } from "./document.store.ts";
import {
  DOCUMENT_OPERATIONS,
  DOCUMENT_OUTCOMES,
  type DocumentOperation,
  type VariableLimits,
} from "./document.ts";

export const DocumentOutcomeEnum = Object.fromEntries(
  DOCUMENT_OUTCOMES.map((outcome) => [outcome, outcome]),
);
registerEnumType(DocumentOutcomeEnum, {
  name: "DocumentOutcome",
  description: "What publishing makes of a document.",
  valuesConfig: {
    PUBLISHED: { description: "It is new, or live again, or has other limits." },
    UNCHANGED: { description: "It was live like that already; the version holds it now too." },
    REFUSED: { description: "Its problems say why; nothing of the publication is written." },
  },
});

export const DocumentOperationEnum = Object.fromEntries(
  DOCUMENT_OPERATIONS.map((operation) => [operation, operation]),
);
registerEnumType(DocumentOperationEnum, {
  name: "DocumentOperation",
  description: "What a document does, as GraphQL names it.",
});

@Directive(`@key(fields: "id")`)
@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: "An operation that a client may run by its id.",
})
export class Document implements Node {
  id!: string;

  @Field(() => String, { description: "The id that the client sends, as it was published." })
  documentId!: string;

  @Field(() => String, { description: "The operation with its fragments, as it was published." })
  text!: string;

  @Field(() => String, { nullable: true, description: "What the operation is called." })
  operationName!: string | null;

  @Field(() => DocumentOperationEnum, { description: "What kind of operation it is." })
  operationType!: DocumentOperation;

  @Field(() => GraphQLJSON, {
    description: "The greatest number, or length of a list, by variable.",
  })
  variableLimits!: VariableLimits;

  @Field(() => Int, { description: "Objects of the largest answer." })
  nodes!: number;

  @Field(() => Int, { description: "Fields without fields of their own in the largest answer." })
  values!: number;

  @Field(() => Int, { description: "Questions that its plan puts to subgraphs." })
  fetches!: number;

  @Field(() => [String], { description: "The client's versions that hold it." })
  versions!: string[];

  @Field(() => Boolean, {
    description: "Whether the client may run it: neither it nor every version with it is retired.",
  })
  isLive!: boolean;

  @Field(() => DateTime, { description: "When it was published, the last time with a change." })
  publishedAt!: Timestamp;

  @Field(() => String, { description: "The subject that published it." })
  publishedBy!: string;

  @Field(() => DateTime, { nullable: true, description: "When it itself was retired." })
  retiredAt!: Timestamp | null;
}

@ObjectType({ simpleResolvers: true, description: "A document in a list." })
export class DocumentEdge {
  @Field(() => String, { description: "Where it stands in the list; opaque." })
  cursor!: string;

  @Field(() => Document, { description: "The document." })
  node!: DocumentRow;
}

@ObjectType({ simpleResolvers: true, description: "A page of documents, as they were published." })
export class DocumentConnection {
  @Field(() => [DocumentEdge], { description: "The documents of the page, with cursors." })
  edges!: DocumentEdge[];

  @Field(() => [Document], { description: "The documents of the page." })
  nodes!: DocumentRow[];

  @Field(() => PageInfo, { description: "Where the page stands in the list." })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: "How many documents there are." })
  totalCount!: ConnectionOf<DocumentRow>["totalCount"];
}

@InputType({ description: "A document to publish." })
export class DocumentInput {
  @Field(() => ID, { description: "What the client will send. A hash must be the text's." })
  id!: string;

  @Field(() => String, { description: "One query or mutation with the fragments it uses." })
  text!: string;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'The greatest number, or length of a list, by variable, like {"first": 100}.',
  })
  variableLimits?: unknown;
}
