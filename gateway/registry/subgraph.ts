import "reflect-metadata";
import { keyOfGlobalId } from "../../shared/global-id.ts";
import type { AccessTable } from "../../shared/graph/access.ts";
import { buildSubgraph, type Subgraph } from "../../shared/graph/build-subgraph.ts";
import { PageInfo } from "../../shared/graph/page-info.type.ts";
import { ACCESS } from "./access.ts";
import { ClientEntity } from "./client/client.entity.ts";
import { ClientResolver } from "./client/client.resolver.ts";
import { Client, ClientChange, ClientConnection, ClientEdge } from "./client/client.type.ts";
import { ClientKeyEntity } from "./client/client-key.entity.ts";
import { ClientKeyResolver } from "./client/client-key.resolver.ts";
import { ClientKey, NewClientKey } from "./client/client-key.type.ts";
import { ClientRevisionEntity } from "./client/client-revision.entity.ts";
import type { Context } from "./context.ts";
import { ClientVersionEntity } from "./document/client-version.entity.ts";
import { DocumentEntity } from "./document/document.entity.ts";
import { DocumentResolver, DocumentsOfClientResolver } from "./document/document.resolver.ts";
import { Document, DocumentConnection, DocumentEdge } from "./document/document.type.ts";
import { DocumentVersionEntity } from "./document/document-version.entity.ts";
import {
  DocumentProblem,
  DocumentRetirement,
  DocumentVerdict,
  Publication,
} from "./document/publication.type.ts";

import { WebhookEntity } from "./webhook/webhook.entity.ts";
import { WebhookResolver } from "./webhook/webhook.resolver.ts";
import { NewWebhookSecret, Webhook, WebhookChange, WebhookSecret } from "./webhook/webhook.type.ts";
import { WebhookChangeEntity } from "./webhook/webhook-change.entity.ts";
import { WebhookDeliveryEntity } from "./webhook/webhook-delivery.entity.ts";
import {
  WebhookDelivery,
  WebhookDeliveryConnection,
  WebhookDeliveryEdge,
} from "./webhook/webhook-delivery.type.ts";
import { WebhookSecretEntity } from "./webhook/webhook-secret.entity.ts";

/** Everything this subgraph is made of. Nothing is found by scanning folders. */
export const entities = [
  ClientEntity,
  ClientRevisionEntity,
  ClientKeyEntity,
  ClientVersionEntity,
  DocumentEntity,
  DocumentVersionEntity,
  WebhookEntity,
  WebhookSecretEntity,
  WebhookChangeEntity,
  WebhookDeliveryEntity,
];

export function registrySubgraph(access: AccessTable = ACCESS): Promise<Subgraph> {
  return buildSubgraph<Context>({
    resolvers: [
      ClientResolver,
      ClientKeyResolver,
      DocumentsOfClientResolver,
      DocumentResolver,
      WebhookResolver,
    ],
    types: [
      Client,
      ClientChange,
      ClientConnection,
      ClientEdge,
      ClientKey,
      NewClientKey,
      Document,
      DocumentConnection,
      DocumentEdge,
      DocumentProblem,
      DocumentRetirement,
      DocumentVerdict,
      PageInfo,
      Publication,
      NewWebhookSecret,
      Webhook,
      WebhookChange,
      WebhookDelivery,
      WebhookDeliveryConnection,
      WebhookDeliveryEdge,
      WebhookSecret,
    ],
    references: {
      Client: ({ id }: { id: string }, { clients }) => {
        const name = keyOfGlobalId("Client", id);
        return name === null ? null : clients.byName.load(name);
      },
      Document: ({ id }: { id: string }, { documents }) => {
        const key = keyOfGlobalId("Document", id);
        return key === null ? null : documents.byKey.load(key);
      },
      Webhook: ({ id }: { id: string }, { webhooks }) => {
        const name = keyOfGlobalId("Webhook", id);
        return name === null ? null : webhooks.byName.load(name);
      },
    },
    access,
  });
}
