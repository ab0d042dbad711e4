import { Directive, Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Node } from "../../../shared/graph/node.type.ts";
import { type ConnectionOf, PageInfo } from "../../../shared/graph/page-info.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { ClientRow } from "./client.store.ts";
import {
  CLIENT_CHANGE_KINDS,
  CLIENT_KINDS,
  type ClientChangeKind,
  type ClientKind,
} from "./client.ts";

export const ClientKindEnum = Object.fromEntries(CLIENT_KINDS.map((kind) => [kind, kind]));
registerEnumType(ClientKindEnum, {
  name: "ClientKind",
  description: "Whose program a client is.",
  valuesConfig: {
    APP: { description: "A program of the maker's own." },
    PARTNER: {
      description: "Somebody else's: it runs its published documents on what is shared with it.",
    },
  },
});

export const ClientChangeKindEnum = Object.fromEntries(
  CLIENT_CHANGE_KINDS.map((kind) => [kind, kind]),
);
registerEnumType(ClientChangeKindEnum, {
  name: "ClientChangeKind",
  description: "What was done with a client.",
});

@Directive(`@key(fields: "id")`)
@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: "A program that asks: an app of the maker's or a partner.",
})
export class Client implements Node {
  id!: string;

  @Field(() => String, { description: "As tokens name it; unique within the tenant." })
  name!: string;

  @Field(() => ClientKindEnum, { description: "Whose program it is." })
  kind!: ClientKind;

  @Field(() => [String], { description: "What it may do when it comes with a key of its own." })
  roles!: string[];

  @Field(() => Int, { nullable: true, description: "Its own rate; null: the one of everybody." })
  requestsPerMinute!: number | null;

  @Field(() => Boolean, { description: "Whether it may come in." })
  isActive!: boolean;

  @Field(() => DateTime, { description: "When it was added." })
  createdAt!: Timestamp;
}

@ObjectType({ simpleResolvers: true, description: "One change of a client." })
export class ClientChange {
  @Field(() => ClientChangeKindEnum, { description: "What was done." })
  kind!: ClientChangeKind;

  @Field(() => String, { nullable: true, description: "The key or the version it is about." })
  about!: string | null;

  @Field(() => [String], { description: "The client's roles afterwards." })
  roles!: string[];

  @Field(() => Int, { nullable: true, description: "The client's rate afterwards." })
  requestsPerMinute!: number | null;

  @Field(() => Boolean, { description: "Whether the client might come in afterwards." })
  isActive!: boolean;

  @Field(() => DateTime, { description: "When it was done." })
  at!: Timestamp;

  @Field(() => String, { description: "The subject that did it." })
  actor!: string;

  @Field(() => String, { nullable: true, description: "Why, where that was asked for." })
  reason!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A client in a list." })
export class ClientEdge {
  @Field(() => String, { description: "Where it stands in the list; opaque." })
  cursor!: string;

  @Field(() => Client, { description: "The client." })
  node!: ClientRow;
}

@ObjectType({ simpleResolvers: true, description: "A page of clients, in the order of adding." })
export class ClientConnection {
  @Field(() => [ClientEdge], { description: "The clients of the page, with cursors." })
  edges!: ClientEdge[];

  @Field(() => [Client], { description: "The clients of the page." })
  nodes!: ClientRow[];

  @Field(() => PageInfo, { description: "Where the page stands in the list." })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: "How many clients there are." })
  totalCount!: ConnectionOf<ClientRow>["totalCount"];
}

@InputType({ description: "A client to add." })
export class ClientInput {
  @Field(() => String, {
    description: "As its issuer names it in tokens, or as it shall be called.",
  })
  name!: string;

  @Field(() => ClientKindEnum, { description: "Whose program it is." })
  kind!: ClientKind;

  @Field(() => [String], {
    nullable: true,
    description: "An app's roles. A partner has the role partner, said or not.",
  })
  roles?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description: "Its own rate; the one of everybody if not set.",
  })
  requestsPerMinute?: number | null;
}

@InputType({ description: "What to change of a client; what is left out stays." })
export class ClientChanges {
  @Field(() => [String], { nullable: true, description: "All its roles from now on." })
  roles?: string[] | null;

  @Field(() => Int, { nullable: true, description: "Its own rate; null: the one of everybody." })
  requestsPerMinute?: number | null;

  @Field(() => Boolean, { nullable: true, description: "Whether it may come in." })
  isActive?: boolean | null;
}
