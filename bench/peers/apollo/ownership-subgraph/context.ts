import { type DataSource, In } from "typeorm";
import type { SealedOwner } from "../../shared/owner-contact.ts";
import { loadManyBy, loadOneBy } from "../load-by.ts";
import {
  CloudIdentityEntity,
  OwnerEntity,
  OwnershipEntity,
  OwnershipRevisionEntity,
} from "./owner.entity.ts";

/** What lives as long as the process does. */
export interface Parts {
  database: DataSource;
  tenant: string;
  openName: (owner: SealedOwner) => string | null;
}

/** The loaders of one request. */
export function createContext({ database, tenant, openName }: Parts) {
  const identities = database.getRepository(CloudIdentityEntity);
  const ownerships = database.getRepository(OwnershipEntity);
  const revisions = database.getRepository(OwnershipRevisionEntity);
  const owners = database.getRepository(OwnerEntity);
  return {
    openName,
    identityOf: loadOneBy(
      (connhexIds: readonly string[]) => identities.findBy({ tenant, connhexId: In(connhexIds) }),
      ({ connhexId }) => connhexId,
    ),
    ownershipOf: loadOneBy(
      (connhexIds: readonly string[]) => ownerships.findBy({ tenant, connhexId: In(connhexIds) }),
      ({ connhexId }) => connhexId,
    ),
    changesOf: loadManyBy(
      (connhexIds: readonly string[]) =>
        revisions.find({
          where: { tenant, connhexId: In(connhexIds) },
          order: { connhexId: "ASC", revision: "ASC" },
        }),
      ({ connhexId }) => connhexId,
    ),
    owner: loadOneBy(
      (ids: readonly number[]) =>
        owners.find({
          where: { tenant, ownerId: In(ids) },
          relations: { key: true, contact: true },
        }),
      ({ ownerId }) => ownerId,
    ),
  };
}

export type Context = ReturnType<typeof createContext>;
