import "reflect-metadata";
import { needed } from "../shared/environment.ts";
import { nameOpener } from "../shared/owner-contact.ts";
import { dataSource } from "./data-source.ts";
import { type Context, createContext } from "./ownership-subgraph/context.ts";
import {
  CloudIdentityEntity,
  OwnerContactEntity,
  OwnerEntity,
  OwnerKeyEntity,
  OwnershipEntity,
  OwnershipRevisionEntity,
} from "./ownership-subgraph/owner.entity.ts";
import {
  DeviceResolver,
  OwnerResolver,
  OwnershipResolver,
} from "./ownership-subgraph/owner.resolver.ts";
import { Device } from "./ownership-subgraph/owner.type.ts";
import { serveSubgraph } from "./serve-subgraph.ts";

/** The subgraph of cloud identities and owners. */
const database = dataSource("ownership", [
  CloudIdentityEntity,
  OwnerContactEntity,
  OwnerEntity,
  OwnerKeyEntity,
  OwnershipEntity,
  OwnershipRevisionEntity,
]);
const tenant = needed("TENANT");
const openName = nameOpener(Buffer.from(needed("OWNERSHIP_ENCRYPTION_KEY"), "base64"), tenant);

await serveSubgraph<Context>({
  resolvers: [DeviceResolver, OwnerResolver, OwnershipResolver],
  entities: [Device],
  references: { Device: (key: object) => key },
  database,
  context: () => createContext({ database, tenant, openName }),
});
