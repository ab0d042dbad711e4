import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from "type-graphql";
import { globalId } from "../../../shared/global-id.ts";
import { askedPage, PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../../shared/graph/page-info.type.ts";
import { readPage } from "../../../shared/page.ts";
import type { ClientRow } from "../client/client.store.ts";
import { Client } from "../client/client.type.ts";
import type { Context } from "../context.ts";
import type { DocumentRow } from "./document.store.ts";
import { assertVersion } from "./document.ts";
import { Document, DocumentConnection, DocumentInput } from "./document.type.ts";
import { DocumentRetirement, Publication } from "./publication.type.ts";
import { type Publication as Published, publishDocuments } from "./publish-documents.ts";
import { type Retirement, retireDocuments } from "./retire-documents.ts";

@Resolver(() => Client)
export class DocumentsOfClientResolver {
  @FieldResolver(() => DocumentConnection, { description: "What it may run, and what it might." })
  async documents(
    @Root() { name }: ClientRow,
    @Args(() => PageArgs) asked: PageArgs,
    @Arg("version", () => String, {
      nullable: true,
      description: "Only documents that this version holds.",
    })
    version: string | null,
    @Ctx() { documents }: Context,
  ): Promise<ConnectionOf<DocumentRow>> {
    const held = version ?? null;
    if (held !== null) assertVersion(held);
    const page = readPage(askedPage(asked), `documents ${JSON.stringify([name, held])}`);
    return connectionOf(page, await documents.page(name, held, page), {
      keyOf: ({ position }) => position,
      nodeOf: (document) => document,
      totalCount: () => documents.count(name, held),
    });
  }
}

@Resolver(() => Document)
export class DocumentResolver {
  @Mutation(() => Publication, {
    description: "Checks documents and publishes them together; where one is refused, none.",
  })
  publishDocuments(
    @Arg("client", () => String, { description: "The client's name." }) client: string,
    @Arg("version", () => String, { description: "The client's version that holds them." })
    version: string,
    @Arg("documents", () => [DocumentInput], { description: "1 to 1,000 documents." })
    documents: DocumentInput[],
    @Arg("dryRun", () => Boolean, {
      defaultValue: false,
      description: "Only says what would come of it.",
    })
    dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Published> {
    return publishDocuments(context, { client, version, documents, dryRun });
  }

  @Mutation(() => DocumentRetirement, {
    description: "Takes a version, or single documents, out of use.",
  })
  retireDocuments(
    @Arg("client", () => String, { description: "The client's name." }) client: string,
    @Arg("reason", () => String, { description: "Why." }) reason: string,
    @Arg("version", () => String, {
      nullable: true,
      description: "A version: what no other one holds cannot be run any more.",
    })
    version: string | null,
    @Arg("ids", () => [ID], {
      nullable: true,
      description: "Documents, by their ids, whatever versions hold them.",
    })
    ids: string[] | null,
    @Ctx() context: Context,
  ): Promise<Retirement> {
    const asked = { client, reason, version: version ?? null, ids: ids ?? null };
    return retireDocuments(context, asked);
  }

  @FieldResolver(() => ID)
  id(@Root() { client, documentId }: DocumentRow): string {
    return globalId("Document", `${client}/${documentId}`);
  }

  @FieldResolver(() => Client, { description: "Who may run it." })
  client(@Root() { client }: DocumentRow, @Ctx() { clients }: Context): Promise<ClientRow | null> {
    return clients.byName.load(client);
  }
}
