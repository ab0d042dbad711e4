import "reflect-metadata";
import { needed } from "../shared/environment.ts";
import { dataSource } from "./data-source.ts";
import { type Context, createContext } from "./manufacturing-subgraph/context.ts";
import {
  DeviceEntity,
  DeviceIdentifierEntity,
  DeviceRevisionEntity,
} from "./manufacturing-subgraph/device.entity.ts";
import {
  DeviceResolver,
  ProductionGroupResolver,
} from "./manufacturing-subgraph/device.resolver.ts";
import { Device } from "./manufacturing-subgraph/device.type.ts";
import { serveSubgraph } from "./serve-subgraph.ts";

/** The subgraph of what was manufactured. */
const database = dataSource("manufacturing", [
  DeviceEntity,
  DeviceIdentifierEntity,
  DeviceRevisionEntity,
]);
const tenant = needed("TENANT");

await serveSubgraph<Context>({
  resolvers: [DeviceResolver, ProductionGroupResolver],
  entities: [Device],
  references: {
    Device: ({ connhexId }: { connhexId: string }, { deviceByConnhexId }) =>
      deviceByConnhexId.load(connhexId),
  },
  database,
  context: () => createContext(database, tenant),
});
