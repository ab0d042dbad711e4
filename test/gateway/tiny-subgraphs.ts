import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";
import type { Caller } from "../../shared/caller.ts";
import { DomainError } from "../../shared/domain-error.ts";
import { globalId } from "../../shared/global-id.ts";
import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";

/**
 * Two small subgraphs of the real ones' shape, whose resolvers can be told to fail in ways that
 * the real ones must never show: to hang, to throw what holds a secret, to lose their database.
 */
export interface TinySubgraph extends SubgraphService {
  /** Is called before every entity of this subgraph is answered. */
  fault: () => unknown;
  /** The callers whose contexts were made, in order. */
  callers: Caller[];
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",
  import: ["@key", "@shareable", "@inaccessible"])
interface Node { id: ID! }
scalar DateTime`;

/** Every fifth device has no connhexId. */
const connhexIdOf = (n: number): string | null => (n % 5 === 0 ? null : `connhex-${n}`);

export function tinyManufacturing(): TinySubgraph {
  const sdl = `${LINK}
    type Query { device(connhexId: ID, serialNumber: String): Device  secret: String @inaccessible }
    type Mutation { recordDevice(serialNumber: String!): Device! }
    type Device implements Node @key(fields: "id") @key(fields: "connhexId") {
      id: ID!  serialNumber: String!  connhexId: ID  subject: String!  roles: [String!]!
      siblings(first: Int = 50): [Device!]!  recordedBefore(at: DateTime!): Boolean!
    }`;
  const device = (n: number) => ({
    __typename: "Device",
    id: globalId("Device", n),
    serialNumber: `SN-${n}`,
    connhexId: connhexIdOf(n),
  });
  const found = (n: number) => (n > 0 && n < 1_000 ? device(n) : null);
  return tiny("manufacturing", sdl, (fault) => ({
    Query: {
      device: async (_: unknown, { connhexId, serialNumber }: Record<string, string>) => {
        await fault();
        return found(Number((connhexId ?? serialNumber)?.split("-")[1]));
      },
    },
    Mutation: {
      recordDevice: async (_: unknown, { serialNumber }: { serialNumber: string }) => {
        await fault();
        return device(Number(serialNumber.split("-")[1]));
      },
    },
    Device: {
      siblings: (_: unknown, { first }: { first: number }) =>
        Array.from({ length: first }, (_, index) => device(index + 1)),
      recordedBefore: () => true,
      subject: (_: unknown, __: unknown, { caller }: { caller: Caller }) => caller.subject,
      roles: (_: unknown, __: unknown, { caller }: { caller: Caller }) => caller.roles,
      async __resolveReference({ id, connhexId }: { id?: string; connhexId?: string }) {
        await fault();
        const text = id
          ? Buffer.from(id, "base64url").toString().split(":")[1]
          : connhexId?.split("-")[1];
        return found(Number(text));
      },
    },
  }));
}

export function tinyOwnership(): TinySubgraph {
  const sdl = `${LINK}
    type Query { owner(id: ID!): Owner }
    type Mutation { registerOwnership(connhexId: ID!): Ownership! }
    type Device @key(fields: "connhexId") { connhexId: ID  owner: Owner  ownerships: [Ownership!] }
    type Owner implements Node @key(fields: "id") { id: ID!  displayName: String }
    type Ownership implements Node @key(fields: "id") { id: ID!  owner: Owner  device: Device }`;
  const owner = (name: string) => ({
    id: globalId("Owner", name),
    displayName: `Owner of ${name}`,
  });
  return tiny("ownership", sdl, (fault) => ({
    Query: { owner: (_: unknown, { id }: { id: string }) => ({ id, displayName: "somebody" }) },
    Mutation: {
      registerOwnership: async (_: unknown, { connhexId }: { connhexId: string }) => {
        await fault();
        return { id: globalId("Ownership", 1), owner: owner(connhexId), device: { connhexId } };
      },
    },
    Device: {
      __resolveReference: ({ connhexId }: { connhexId: string }) => ({ connhexId }),
      owner: async ({ connhexId }: { connhexId: string }) => {
        await fault();
        return owner(connhexId);
      },
    },
    Owner: {
      async __resolveReference({ id }: { id: string }) {
        await fault();
        const [, key = ""] = Buffer.from(id, "base64url").toString().split(":");
        if (key === "forbidden")
          throw new DomainError("FORBIDDEN", "your roles may not use Owner.id");
        return key.startsWith("connhex-") ? { ...owner(key), __typename: "Owner" } : null;
      },
    },
  }));
}

function tiny(
  name: string,
  sdl: string,
  resolversOf: (fault: () => unknown) => object,
): TinySubgraph {
  const service: TinySubgraph = {
    name,
    sdl,
    schema: buildSubgraphSchema([
      { typeDefs: parse(sdl), resolvers: resolversOf(() => service.fault()) as never },
    ]),
    fault: () => undefined,
    callers: [],
    createContext(caller, { requestId }) {
      service.callers.push(caller);
      return { caller, requestId };
    },
    ready: async () => void (await service.fault()),
    close: async () => undefined,
  };
  return service;
}
