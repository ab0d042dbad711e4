import { Field, ID, ObjectType } from "type-graphql";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { ClientRow } from "./client.store.ts";
import { Client } from "./client.type.ts";
import type { ClientKeyRow } from "./client-key.store.ts";

@ObjectType({ simpleResolvers: true, description: "A key with which a client comes in." })
export class ClientKey {
  @Field(() => ID, { description: "Opaque; unique among all types of the graph." })
  id!: string;

  @Field(() => ID, { description: "The third part of the key's text; no secret." })
  keyId!: string;

  @Field(() => String, { description: "The last four characters of its secret." })
  last4!: string;

  @Field(() => DateTime, { description: "When it was made." })
  createdAt!: Timestamp;

  @Field(() => String, { description: "The subject that made it." })
  createdBy!: string;

  @Field(() => DateTime, { nullable: true, description: "When it ends by itself; null: never." })
  expiresAt!: Timestamp | null;

  @Field(() => DateTime, { nullable: true, description: "When it was revoked; null: not." })
  revokedAt!: Timestamp | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "When it opened the door last, to the minute; null: never yet.",
  })
  lastUsedAt!: Timestamp | null;
}

@ObjectType({ simpleResolvers: true, description: "A key that was just made." })
export class NewClientKey {
  @Field(() => String, { description: "The key itself. Shown once, in this answer." })
  text!: string;

  @Field(() => ClientKey, { description: "What stays known of it." })
  key!: ClientKeyRow;

  @Field(() => Client, { description: "Whose key it is." })
  client!: ClientRow;
}
