import {
  buildSchema,
  type ExecutionResult,
  execute,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  parse,
} from "graphql";
import { giveScalars } from "../../gateway/scalars.ts";
import type { Caller } from "../../shared/caller.ts";
import { parseGlobalId } from "../../shared/global-id.ts";
import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";

type Source = Record<string, unknown>;
type Contexts = ReadonlyMap<string, object>;
type Reference = (reference: Source, context: object) => unknown;

/** Both subgraphs' own resolvers under one schema: no plan, no fetches, no joins by text. */
export interface Monolith {
  ask(text: string, variables: Record<string, unknown>, caller: Caller): Promise<ExecutionResult>;
}

export function monolithOf(publicText: string, services: readonly SubgraphService[]): Monolith {
  const schema = buildSchema(publicText, { assumeValid: true });
  giveScalars(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) type.resolveType = (value) => typeOf.get(value as object);
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) {
      const owners = services.filter(({ schema: own }) => fieldOf(own, type.name, field.name));
      if (owners.length > 0) field.resolve = borrowed(owners, type.name, field.name);
    }
  }
  const query = schema.getQueryType()?.getFields() ?? {};
  const nodeOf = (id: unknown, contexts: Contexts) => node(services, String(id), contexts);
  if (query.node) query.node.resolve = (_, { id }, contexts) => nodeOf(id, contexts);
  if (query.nodes) {
    query.nodes.resolve = (_, { ids }, contexts) => ids.map((id: string) => nodeOf(id, contexts));
  }
  let requests = 0;
  return {
    async ask(text, variables, caller) {
      const facts = { requestId: `monolith-${++requests}` };
      const contextValue = new Map(
        services.map((service) => [service.name, service.createContext(caller, facts)]),
      );
      return execute({ schema, document: parse(text), variableValues: variables, contextValue });
    },
  };
}

function fieldOf(schema: GraphQLSchema, typeName: string, name: string) {
  const type = schema.getType(typeName);
  return isObjectType(type) ? type.getFields()[name] : undefined;
}

function referenceOf({ schema }: SubgraphService, typeName: string): Reference | undefined {
  const type = schema.getType(typeName);
  const { apollo } = (type?.extensions ?? {}) as {
    apollo?: { subgraph?: { resolveReference?: Reference } };
  };
  return apollo?.subgraph?.resolveReference;
}

/** Which subgraph a device's object came from: the other one asks for it by its key. */
const home = new WeakMap<object, string>();
const typeOf = new WeakMap<object, string>();

/** A subgraph's resolver, on an object of its own and in its own context. */
function borrowed(
  services: readonly SubgraphService[],
  typeName: string,
  name: string,
): GraphQLFieldResolver<Source, Contexts> {
  return async (source, args, contexts, info) => {
    const service = services.find((one) => one.name === home.get(source ?? {})) ?? services[0];
    if (!service) return null;
    const resolve = fieldOf(service.schema, typeName, name)?.resolve;
    const context = contexts.get(service.name) ?? {};
    const own = typeName === "Device" ? await deviceFor(service, source, context) : source;
    if (own === null) return null;
    const value: unknown = await (resolve
      ? resolve(own, args, context, info)
      : (own as Source)[name]);
    return settled(value, service.name);
  };
}

async function deviceFor(service: SubgraphService, source: Source, context: object) {
  if ((home.get(source) ?? service.name) === service.name) return source;
  const { connhexId } = source;
  if (typeof connhexId !== "string") return null;
  return referenceOf(service, "Device")?.({ __typename: "Device", connhexId }, context) ?? null;
}

/** Notes where the objects came from, one level at a time. */
function settled(value: unknown, service: string): unknown {
  if (Array.isArray(value)) for (const item of value) settled(item, service);
  else if (typeof value === "object" && value !== null) home.set(value, service);
  return value;
}

async function node(services: readonly SubgraphService[], id: string, contexts: Contexts) {
  const parsed = parseGlobalId(id);
  const owner = parsed && services.find((service) => referenceOf(service, parsed.type));
  const keyed = services.filter(({ sdl }) => sdl.includes(`type ${parsed?.type} `));
  if (!parsed || !owner) return null;
  for (const service of keyed) {
    const reference = referenceOf(service, parsed.type);
    const isHome = fieldOf(service.schema, parsed.type, "id");
    if (!reference || !isHome) continue;
    const found = await Promise.resolve(
      reference({ __typename: parsed.type, id }, contexts.get(service.name) ?? {}),
    ).catch((error: { extensions?: { code?: string } }) => {
      if (error.extensions?.code === "FORBIDDEN") return null;
      throw error;
    });
    if (!found) return null;
    typeOf.set(found as object, parsed.type);
    return settled(found, service.name);
  }
  return null;
}
