import "reflect-metadata";
import { keyOfGlobalId, numberOfGlobalId } from "../../shared/global-id.ts";
import type { AccessTable } from "../../shared/graph/access.ts";
import { buildSubgraph, type Subgraph } from "../../shared/graph/build-subgraph.ts";
import { PageInfo } from "../../shared/graph/page-info.type.ts";
import type { ServiceDatabase } from "../../shared/postgres/migrate.ts";
import { ACCESS } from "./access.ts";
import type { Context } from "./context.ts";
import { DeviceResolver } from "./device/device.resolver.ts";
import { Device, DeviceConnection, DeviceEdge } from "./device/device.type.ts";
import { ErasureEntity } from "./erasure/erasure.entity.ts";
import { ErasureResolver } from "./erasure/erasure.resolver.ts";
import { Erasure, ErasureConnection, ErasureEdge } from "./erasure/erasure.type.ts";
import { ErasureOrderEntity } from "./erasure/erasure-order.entity.ts";
import { IdBlockEntity } from "./id-block/id-block.entity.ts";
import { IdempotencyEntity } from "./idempotency/idempotency.entity.ts";
import { CloudIdentityEntity } from "./identity/identity.entity.ts";
import { IdentityResolver } from "./identity/identity.resolver.ts";
import {
  ClaimCodeReplacement,
  CloudIdentity,
  CloudIdentityChange,
} from "./identity/identity.type.ts";
import { CloudIdentityRevisionEntity } from "./identity/identity-revision.entity.ts";
import { CreateIdentities1761000000001 } from "./migrations/001-create-identities.ts";
import { CreateOwners1761000000002 } from "./migrations/002-create-owners.ts";
import { ReplaceClaimCodesAndContacts1761000000003 } from "./migrations/003-replace-claim-codes-and-contacts.ts";
import { CloseTheHandOverToTheApplication1761000000004 } from "./migrations/004-close-the-hand-over-to-the-application.ts";
import { CreateChanges1761000000005 } from "./migrations/005-create-changes.ts";
import { CreateLedger1761000000006 } from "./migrations/006-create-ledger.ts";
import { EraseOwners1761000000007 } from "./migrations/007-erase-owners.ts";
import { AuditErasures1761000000008 } from "./migrations/008-audit-erasures.ts";
import { KeepReasonsUnderKeys1761000000009 } from "./migrations/009-keep-reasons-under-keys.ts";
import { KeepNoStatisticsOfPeople1761000000010 } from "./migrations/010-keep-no-statistics-of-people.ts";
import { OwnerEntity } from "./owner/owner.entity.ts";
import { OwnerResolver } from "./owner/owner.resolver.ts";
import { Owner, OwnerContact } from "./owner/owner.type.ts";
import { OwnerContactEntity } from "./owner/owner-contact.entity.ts";
import { OwnerKeyEntity } from "./owner/owner-key.entity.ts";
import { OwnershipEntity } from "./ownership/ownership.entity.ts";
import { OwnershipResolver } from "./ownership/ownership.resolver.ts";
import { OwnerCountry, Ownership, TransferOffer } from "./ownership/ownership.type.ts";
import { OwnershipRevisionEntity } from "./ownership/ownership-revision.entity.ts";
import { TransferOfferEntity } from "./ownership/transfer-offer.entity.ts";
import { HandOverEntity } from "./provisioning/hand-over.entity.ts";
import { ProvisioningResolver } from "./provisioning/provisioning.resolver.ts";
import { ProvisionBatch, ProvisionVerdict } from "./provisioning/provisioning.type.ts";

/** Everything this subgraph is made of. Nothing is found by scanning folders. */
export const entities = [
  CloudIdentityEntity,
  CloudIdentityRevisionEntity,
  HandOverEntity,
  OwnerEntity,
  OwnerKeyEntity,
  OwnerContactEntity,
  OwnershipEntity,
  OwnershipRevisionEntity,
  TransferOfferEntity,
  IdempotencyEntity,
  IdBlockEntity,
  ErasureEntity,
  ErasureOrderEntity,
];
export const migrations = [
  CreateIdentities1761000000001,
  CreateOwners1761000000002,
  ReplaceClaimCodesAndContacts1761000000003,
  CloseTheHandOverToTheApplication1761000000004,
  CreateChanges1761000000005,
  CreateLedger1761000000006,
  EraseOwners1761000000007,
  AuditErasures1761000000008,
  KeepReasonsUnderKeys1761000000009,
  KeepNoStatisticsOfPeople1761000000010,
];

/**
 * `ownership_worker` sees which tenants have links to hand over, and nothing else;
 * `ownership_sequencer` brings entries into the log.
 */
export const ownershipDatabase: ServiceDatabase = {
  name: "ownership",
  entities,
  migrations,
  workerRoles: ["ownership_worker", "ownership_sequencer"],
};

export function ownershipSubgraph(access: AccessTable = ACCESS): Promise<Subgraph> {
  return buildSubgraph<Context>({
    resolvers: [
      DeviceResolver,
      IdentityResolver,
      OwnerResolver,
      OwnershipResolver,
      ProvisioningResolver,
      ErasureResolver,
    ],
    types: [
      Device,
      DeviceConnection,
      DeviceEdge,
      PageInfo,
      CloudIdentity,
      CloudIdentityChange,
      ClaimCodeReplacement,
      Owner,
      OwnerContact,
      Ownership,
      OwnerCountry,
      TransferOffer,
      ProvisionBatch,
      ProvisionVerdict,
      Erasure,
      ErasureConnection,
      ErasureEdge,
    ],
    references: {
      // A stub: each field asks for what it needs, and a device without connhexId has none.
      Device: ({ connhexId }: { connhexId?: string | null }) => ({ connhexId: connhexId ?? null }),
      CloudIdentity: async ({ id }: { id: string }, context) => {
        const connhexId = keyOfGlobalId("CloudIdentity", id);
        if (connhexId === null || !(await context.seesDevice("identity", connhexId))) return null;
        return context.identities.byConnhexId.load(connhexId);
      },
      Owner: ({ id }: { id: string }, context) => {
        const ownerId = numberOfGlobalId("Owner", id);
        return ownerId === null ? null : context.visibleOwner(ownerId);
      },
      Ownership: async ({ id }: { id: string }, context) => {
        const ownershipId = numberOfGlobalId("Ownership", id);
        const row = ownershipId === null ? null : await context.ownerships.byId.load(ownershipId);
        return row && (await context.seesDevice("ownership", row.connhexId)) ? row : null;
      },
    },
    access,
  });
}
