import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  parse,
} from "graphql";
import { type Data, Entities, merge, type Path, representationOf, walkerOf } from "./entities.ts";
import {
  type BatchAlias,
  type BatchFetchNode,
  type FetchNode,
  type FlattenNode,
  type PlanNode,
  UnsupportedPlan,
} from "./plan-node.ts";

/** One fetch of a plan, whose text was parsed once. */
export interface PlanFetch {
  subgraph: string;
  text: string;
  document: DocumentNode;
  isMutation: boolean;
}
/** Makes a fetch. Never rejects. */
export type MakeFetch = (fetch: PlanFetch, variables: Data) => Promise<ExecutionResult>;

/** One execution of a plan: the answer as it grows. */
export interface PlanRun {
  variables: Readonly<Data>;
  fetch: MakeFetch;
  data: Data;
  errors: GraphQLError[];
}
export type CompiledPlan = (run: PlanRun) => Promise<void>;

/** Compiles a plan to functions. Throws UnsupportedPlan where it holds what is not known here. */
export function compilePlan(schema: GraphQLSchema, node: PlanNode): CompiledPlan {
  switch (node.kind) {
    case "Sequence": {
      const steps = node.nodes.map((inner) => compilePlan(schema, inner));
      return async (run) => {
        for (const step of steps) await step(run);
      };
    }
    case "Parallel": {
      const steps = node.nodes.map((inner) => compilePlan(schema, inner));
      return async (run) => {
        await Promise.all(steps.map((step) => step(run)));
      };
    }
    case "Condition": {
      const { condition, ifClause, elseClause } = node;
      const onTrue = ifClause ? compilePlan(schema, ifClause) : nothing;
      const onFalse = elseClause ? compilePlan(schema, elseClause) : nothing;
      return (run) => (run.variables[condition] === true ? onTrue(run) : onFalse(run));
    }
    case "Fetch":
      return compileRootFetch(node);
    case "Flatten":
      return compileFlatten(schema, node);
    case "BatchFetch":
      return compileBatch(schema, node);
  }
  throw new UnsupportedPlan(`a plan with ${JSON.stringify((node as { kind: unknown }).kind)}`);
}

async function nothing(): Promise<void> {}

function fetchOf({ serviceName, operation, operationKind }: FetchNode | BatchFetchNode): PlanFetch {
  if (operationKind === "subscription") throw new UnsupportedPlan("a subscription");
  return {
    subgraph: serviceName,
    text: operation,
    document: parse(operation, { noLocation: true }),
    isMutation: operationKind === "mutation",
  };
}

function picker(names: readonly string[] = []): (variables: Readonly<Data>) => Data {
  return (variables) => {
    const picked: Data = {};
    for (const name of names) {
      if (Object.hasOwn(variables, name)) picked[name] = variables[name];
    }
    return picked;
  };
}

function assertNoRewrites({ inputRewrites, outputRewrites }: FetchNode | BatchAlias): void {
  if (inputRewrites?.length || outputRewrites?.length) throw new UnsupportedPlan("a rewrite");
}

function compileRootFetch(node: FetchNode): CompiledPlan {
  assertNoRewrites(node);
  if (node.requires?.length) throw new UnsupportedPlan("entities of no place");
  const fetch = fetchOf(node);
  const variablesOf = picker(node.variableUsages);
  const [definition] = fetch.document.definitions;
  const first =
    definition && "selectionSet" in definition && definition.selectionSet?.selections[0];
  const root = first && first.kind === "Field" ? [(first.alias ?? first.name).value] : [];
  return async (run) => {
    const { data, errors = [] } = await run.fetch(fetch, variablesOf(run.variables));
    for (const error of errors) run.errors.push(error.path ? error : at(error, root));
    if (data) merge(run.data, data);
  };
}

/** The same error at its place in the client's answer. */
function at({ message, extensions, originalError }: GraphQLError, path: Path): GraphQLError {
  return new GraphQLError(message, { path, extensions, originalError: originalError ?? null });
}

function compileFlatten(schema: GraphQLSchema, { path, node }: FlattenNode): CompiledPlan {
  if (node.kind !== "Fetch" || !node.requires?.length) {
    throw new UnsupportedPlan("a join of something that is no entity");
  }
  assertNoRewrites(node);
  const fetch = fetchOf(node);
  const variablesOf = picker(node.variableUsages);
  const walk = walkerOf(schema, path);
  const represent = representationOf(schema, node.requires);
  const names = path.flatMap((segment) =>
    segment !== "@" && "Field" in segment ? [segment.Field] : [],
  );
  return async (run) => {
    const entities = new Entities();
    walk(run.data, (entity) => {
      const representation = represent(entity);
      if (representation) entities.add(entity, representation);
    });
    if (entities.representations.length === 0) return;
    const { representations } = entities;
    const variables = { ...variablesOf(run.variables), representations };
    const { data, errors } = await run.fetch(fetch, variables);
    for (const error of errors ?? []) {
      const [field, index, ...rest] = error.path ?? [];
      const places =
        field === "_entities" && typeof index === "number"
          ? placesOf({ walk, represent, entities }, run, index)
          : [];
      if (places.length === 0) run.errors.push(at(error, names));
      for (const place of places) run.errors.push(at(error, [...place, ...rest]));
    }
    entities.join(data?._entities);
  };
}

interface Asked {
  walk: ReturnType<typeof walkerOf>;
  represent: ReturnType<typeof representationOf>;
  entities: Entities;
}

/** Where in the answer an entity stands. Walked again, because errors are rare. */
function placesOf({ walk, represent, entities }: Asked, { data }: PlanRun, index: number): Path[] {
  const places: Path[] = [];
  const note = (entity: Data, path: Path | null) => {
    const representation = represent(entity);
    if (path && representation && entities.indexOf(representation) === index) places.push(path);
  };
  walk(data, note, true);
  return places;
}

interface CompiledAlias {
  alias: string;
  variable: string;
  walks: Asked["walk"][];
  represent: Asked["represent"];
}

function compileBatch(schema: GraphQLSchema, node: BatchFetchNode): CompiledPlan {
  const fetch = fetchOf(node);
  const variablesOf = picker(node.variableUsages);
  const aliases = node.entityBatch.aliases.map((one): CompiledAlias => {
    assertNoRewrites(one);
    return {
      alias: one.alias,
      variable: one.representationsVariableName,
      walks: one.paths.map((path) => walkerOf(schema, path)),
      represent: representationOf(schema, one.requires ?? []),
    };
  });
  return async (run) => {
    const asked = aliases.map((one) => ({ one, entities: entitiesOf(one, run.data) }));
    if (asked.every(({ entities }) => entities.representations.length === 0)) return;
    const variables = variablesOf(run.variables);
    for (const { one, entities } of asked) variables[one.variable] = entities.representations;
    const { data, errors } = await run.fetch(fetch, variables);
    for (const error of errors ?? []) {
      const [alias, index, ...rest] = error.path ?? [];
      const found = asked.find(({ one }) => one.alias === alias);
      const places =
        found && typeof index === "number"
          ? found.one.walks.flatMap((walk) =>
              placesOf(
                { walk, represent: found.one.represent, entities: found.entities },
                run,
                index,
              ),
            )
          : [];
      if (places.length === 0) run.errors.push(error);
      for (const place of places) run.errors.push(at(error, [...place, ...rest]));
    }
    for (const { one, entities } of asked) entities.join(data?.[one.alias]);
  };
}

function entitiesOf({ walks, represent }: CompiledAlias, data: Data): Entities {
  const entities = new Entities();
  for (const walk of walks) {
    walk(data, (entity) => {
      const representation = represent(entity);
      if (representation) entities.add(entity, representation);
    });
  }
  return entities;
}
