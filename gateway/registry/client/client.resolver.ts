import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { globalId } from "../../../shared/global-id.ts";
import { askedPage, PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../../shared/graph/page-info.type.ts";
import { readPage } from "../../../shared/page.ts";
import type { Context } from "../context.ts";
import { addClient, changeClient } from "./change-clients.ts";
import type { ClientChangeRow, ClientRow } from "./client.store.ts";
import {
  Client,
  ClientChange,
  ClientChanges,
  ClientConnection,
  ClientInput,
} from "./client.type.ts";
import type { ClientKeyRow } from "./client-key.store.ts";
import { ClientKey } from "./client-key.type.ts";

@Resolver(() => Client)
export class ClientResolver {
  @Query(() => ClientConnection, { description: "Every app and partner." })
  async clients(
    @Args(() => PageArgs) asked: PageArgs,
    @Ctx() { clients }: Context,
  ): Promise<ConnectionOf<ClientRow>> {
    const page = readPage(askedPage(asked), "clients");
    return connectionOf(page, await clients.page(page), {
      keyOf: ({ position }) => position,
      nodeOf: (client) => client,
      totalCount: () => clients.count(),
    });
  }

  @Query(() => Client, { nullable: true, description: "The client with this name." })
  client(
    @Arg("name", () => String, { description: "As it was added." }) name: string,
    @Ctx() { clients }: Context,
  ): Promise<ClientRow | null> {
    return clients.byName.load(name);
  }

  @Mutation(() => Client, { description: "Adds an app or a partner, without keys yet." })
  addClient(
    @Arg("input", () => ClientInput, { description: "The client." }) input: ClientInput,
    @Ctx() context: Context,
  ): Promise<ClientRow> {
    return addClient(context, input);
  }

  @Mutation(() => Client, { description: "Changes what a client may do." })
  changeClient(
    @Arg("name", () => String, { description: "Which client." }) name: string,
    @Arg("changes", () => ClientChanges, { description: "What differs." }) changes: ClientChanges,
    @Arg("reason", () => String, { description: "Why." }) reason: string,
    @Ctx() context: Context,
  ): Promise<ClientRow> {
    return changeClient(context, name, { changes, reason });
  }

  @FieldResolver(() => ID)
  id(@Root() { name }: ClientRow): string {
    return globalId("Client", name);
  }

  @FieldResolver(() => [ClientKey], {
    description: "Its newest keys and all that are valid, newest first.",
  })
  keys(@Root() { name }: ClientRow, @Ctx() { keys }: Context): Promise<readonly ClientKeyRow[]> {
    return keys.ofClient.load(name);
  }

  @FieldResolver(() => [ClientChange], { description: "Its newest changes, newest first." })
  history(
    @Root() { name }: ClientRow,
    @Ctx() { clients }: Context,
  ): Promise<readonly ClientChangeRow[]> {
    return clients.changesOf.load(name);
  }
}
