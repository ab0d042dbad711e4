import { buildSubgraphSchema } from "@apollo/subgraph";
import DataLoader from "dataloader";
import { type GraphQLError, parse } from "graphql";
import { parseGlobalId } from "../../shared/global-id.ts";
import { inProcessExecutor } from "../../shared/graph/in-process-executor.ts";
import { guardedFetch, type ObserveFetch } from "../guarded-fetch.ts";
import { GATEWAY_LIMITS } from "../limits.ts";
import type { RequestScope } from "../request-scope.ts";
import type { GatewaySubgraph } from "../subgraph.ts";
import { NODE_SUBGRAPH, nodeText, typesWithId } from "./node-text.ts";

interface Reference {
  __typename: string;
  id: string;
}
/** Answers a global id's type and id where the caller may see what it names. */
type Existing = DataLoader<string, Reference | null>;
interface NodeContext {
  existing: Existing;
}

/** The subgraph of `Query.node`. It holds nothing: the subgraph that owns a type says what exists. */
export function nodeSubgraph(
  subgraphs: readonly GatewaySubgraph[],
  observe?: ObserveFetch,
): GatewaySubgraph {
  const sdl = nodeText(subgraphs);
  const resolvers = { Query: { node: oneNode, nodes: manyNodes } };
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]);
  const execute = inProcessExecutor({ schema });
  const owners = subgraphs.map((subgraph) => ownerOf(subgraph, observe));
  return {
    name: NODE_SUBGRAPH,
    sdl,
    execute: ({ text, variables }, scope) => {
      const context: NodeContext = { existing: existenceLoader(owners, scope) };
      return execute({ text, variables, context });
    },
    ready: async () => undefined,
    close: async () => undefined,
  };
}

function oneNode(_: unknown, { id }: { id: string }, { existing }: NodeContext) {
  return existing.load(id);
}

/** How many there are at most was checked with the cost of the document. */
function manyNodes(_: unknown, { ids }: { ids: string[] }, { existing }: NodeContext) {
  return ids.map((id) => existing.load(id));
}

/** A subgraph with the types that it answers by id, and how to ask it which of them exist. */
interface Owner {
  types: ReadonlySet<string>;
  check(references: Reference[], scope: RequestScope): Promise<(Reference | null | Error)[]>;
}

/** One question to each owner, however many ids are asked for. */
function existenceLoader(owners: readonly Owner[], scope: RequestScope): Existing {
  return new DataLoader(
    async (ids) => {
      const found = new Map<string, Reference | null | Error>();
      const references = ids.map(referenceOf).filter((one) => one !== null);
      const questions = owners.map(async ({ types, check }) => {
        const asked = references.filter(({ __typename }) => types.has(__typename));
        const answers = asked.length > 0 ? await check(asked, scope) : [];
        for (const [index, { id }] of asked.entries()) found.set(id, answers[index] ?? null);
      });
      await Promise.all(questions);
      return ids.map((id) => found.get(id) ?? null);
    },
    { maxBatchSize: GATEWAY_LIMITS.nodesAtOnce },
  );
}

function referenceOf(id: string): Reference | null {
  const parsed = parseGlobalId(id);
  return parsed && { __typename: parsed.type, id };
}

function ownerOf(subgraph: GatewaySubgraph, observe?: ObserveFetch): Owner {
  const types = typesWithId(subgraph.sdl);
  const fragments = types.map((type) => `... on ${type} { id }`).join(" ");
  const text = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { __typename ${fragments} }
  }`;
  return {
    types: new Set(types),
    async check(references, scope) {
      const variables = { representations: references };
      const fetch = { text, variables, isMutation: false };
      const { data, errors = [] } = await guardedFetch(subgraph, fetch, scope, observe);
      const entities = (data?._entities ?? []) as (Reference | null)[];
      return references.map((reference, index) => {
        const error = errors.find(
          ({ path }) => !path || path[1] === undefined || path[1] === index,
        );
        if (error) return absentIfForbidden(error);
        return entities[index] ? reference : null;
      });
    },
  };
}

/** What exists but may not be seen must look like what does not exist. */
function absentIfForbidden(error: GraphQLError): Error | null {
  return error.extensions.code === "FORBIDDEN" ? null : error;
}
