import { Field, ID, Int, ObjectType } from "type-graphql";
import type { ClientRow } from "../client/client.store.ts";
import { Client } from "../client/client.type.ts";
import type { DocumentOutcome } from "./document.ts";
import { DocumentOutcomeEnum } from "./document.type.ts";

@ObjectType({ simpleResolvers: true, description: "What is wrong with a document." })
export class DocumentProblem {
  @Field(() => String, { description: "One of the codes of docs/errors.md." })
  code!: string;

  @Field(() => String, { description: "What is wrong, for people." })
  message!: string;

  @Field(() => String, { nullable: true, description: "The field it lies in, as Type.field." })
  field!: string | null;

  @Field(() => Int, { nullable: true, description: "Its line in the text, from 1." })
  line!: number | null;

  @Field(() => Int, { nullable: true, description: "Its column in the line, from 1." })
  column!: number | null;
}

@ObjectType({ simpleResolvers: true, description: "What publishing makes of one document." })
export class DocumentVerdict {
  @Field(() => ID, { description: "The document's id, as given." })
  id!: string;

  @Field(() => String, { nullable: true, description: "What its operation is called." })
  operationName!: string | null;

  @Field(() => DocumentOutcomeEnum, { description: "What comes of it." })
  outcome!: DocumentOutcome;

  @Field(() => [DocumentProblem], { description: "Why it is refused; empty where it is not." })
  problems!: DocumentProblem[];

  @Field(() => [DocumentProblem], { description: "What its author should know, refused or not." })
  warnings!: DocumentProblem[];

  @Field(() => Int, { description: "Objects of the largest answer." })
  nodes!: number;

  @Field(() => Int, { description: "Fields without fields of their own in the largest answer." })
  values!: number;

  @Field(() => Int, { description: "Questions that its plan puts to subgraphs." })
  fetches!: number;
}

@ObjectType({ simpleResolvers: true, description: "Documents that were published together." })
export class Publication {
  @Field(() => Client, { description: "Whose documents they are." })
  client!: ClientRow;

  @Field(() => String, { description: "The client's version that holds them." })
  version!: string;

  @Field(() => Boolean, {
    description: "Whether they stand now: false for a dry run, and where one was refused.",
  })
  isPublished!: boolean;

  @Field(() => [DocumentVerdict], { description: "One for each document, in their order." })
  verdicts!: DocumentVerdict[];

  @Field(() => Int, { description: "How many verdicts are PUBLISHED." })
  published!: number;

  @Field(() => Int, { description: "How many verdicts are UNCHANGED." })
  unchanged!: number;

  @Field(() => Int, { description: "How many verdicts are REFUSED." })
  refused!: number;
}

@ObjectType({ simpleResolvers: true, description: "Documents that were retired together." })
export class DocumentRetirement {
  @Field(() => Client, { description: "Whose documents they are." })
  client!: ClientRow;

  @Field(() => Int, {
    description: "How many the client could run until now, and cannot any more.",
  })
  retired!: number;
}
