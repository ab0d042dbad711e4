import { type GraphQLSchema, isAbstractType } from "graphql";
import { type PathSegment, type Requirement, UnsupportedPlan } from "./plan-node.ts";

/** An object of the answer as it grows. */
export type Data = Record<string, unknown>;
export type Path = readonly (string | number)[];

/** Whether an object of this type is one of those that a condition names. */
export type TypeTest = (typename: unknown) => boolean;

function typeTest(schema: GraphQLSchema, names: readonly string[]): TypeTest {
  const known = new Set(names);
  for (const name of names) {
    const type = schema.getType(name);
    if (!isAbstractType(type)) continue;
    for (const possible of schema.getPossibleTypes(type)) known.add(possible.name);
  }
  return (typename) => typeof typename === "string" && known.has(typename);
}

/** Visits the objects at a place of the answer, with their paths where somebody wants them. */
export type Visit = (entity: Data, path: Path | null) => void;
export type Walker = (root: Data, visit: Visit, withPaths?: boolean) => void;

/** Compiles a plan's path to a walk over the answer. */
export function walkerOf(schema: GraphQLSchema, path: readonly PathSegment[]): Walker {
  const steps = path.map((segment) => stepOf(schema, segment));
  const walk = (value: unknown, depth: number, path: Path | null, visit: Visit): void => {
    if (typeof value !== "object" || value === null) return;
    const step = steps[depth];
    if (Array.isArray(value)) {
      // A list stands for its items, whether the path says so or not.
      const next = step === "LIST" ? depth + 1 : depth;
      for (const [index, item] of value.entries()) {
        walk(item, next, path && [...path, index], visit);
      }
      return;
    }
    const object = value as Data;
    if (step === undefined) visit(object, path);
    if (step === undefined || step === "LIST") return;
    if (typeof step === "function") {
      if (step(object.__typename)) walk(object, depth + 1, path, visit);
      return;
    }
    walk(object[step.field], depth + 1, path && [...path, step.field], visit);
  };
  return (root, visit, withPaths = false) => walk(root, 0, withPaths ? [] : null, visit);
}

type Step = "LIST" | TypeTest | { field: string };

function stepOf(schema: GraphQLSchema, segment: PathSegment): Step {
  if (segment === "@") return "LIST";
  if ("Field" in segment) return { field: segment.Field };
  if ("TypeCondition" in segment) return typeTest(schema, segment.TypeCondition);
  throw new UnsupportedPlan(`a path through ${JSON.stringify(segment)}`);
}

/** Makes an entity's representation; null where it lacks the key, so that it cannot be asked. */
export type Represent = (entity: Data) => Data | null;

export function representationOf(
  schema: GraphQLSchema,
  requires: readonly Requirement[],
): Represent {
  const copy = copierOf(schema, requires);
  return (entity) => {
    if (typeof entity.__typename !== "string") return null;
    const representation: Data = {};
    copy(entity, representation);
    const hasKey = Object.keys(representation).some((name) => name !== "__typename");
    if (!hasKey) return null;
    representation.__typename ??= entity.__typename;
    return representation;
  };
}

type Copy = (from: Data, to: Data) => void;

function copierOf(schema: GraphQLSchema, requires: readonly Requirement[]): Copy {
  const copies = requires.map((requirement): Copy => {
    if (requirement.kind === "InlineFragment") {
      const applies = typeTest(schema, [requirement.typeCondition]);
      const copy = copierOf(schema, requirement.selections);
      return (from, to) => {
        if (applies(from.__typename)) copy(from, to);
      };
    }
    const { name, alias = name, selections } = requirement;
    // Keys of ours are plain values.
    if (selections?.length) throw new UnsupportedPlan(`a key of several levels: ${name}`);
    return (from, to) => {
      const value = from[name] ?? from[alias];
      if (value !== undefined && value !== null) to[alias] = value;
    };
  });
  return (from, to) => {
    for (const copy of copies) copy(from, to);
  };
}

/** Objects that stand for one entity each, and the entities that are asked for, each once. */
export class Entities {
  readonly representations: Data[] = [];
  private readonly indexes = new Map<string, number>();
  private readonly targets: Data[][] = [];

  add(target: Data, representation: Data): void {
    // Made by one function from one list of fields, so equal ones have equal texts.
    const key = JSON.stringify(representation);
    let index = this.indexes.get(key);
    if (index === undefined) {
      index = this.representations.push(representation) - 1;
      this.indexes.set(key, index);
      this.targets.push([]);
    }
    this.targets[index]?.push(target);
  }

  indexOf(representation: Data): number {
    return this.indexes.get(JSON.stringify(representation)) ?? -1;
  }

  join(answers: unknown): void {
    if (!Array.isArray(answers)) return;
    for (const [index, answer] of answers.entries()) {
      if (typeof answer !== "object" || answer === null) continue;
      for (const target of this.targets[index] ?? []) merge(target, answer as Data);
    }
  }
}

/** Adds to an object what another fetch says of it. */
export function merge(target: Data, more: Data): void {
  for (const name of Object.keys(more)) target[name] = together(target[name], more[name]);
}

function together(present: unknown, more: unknown): unknown {
  if (typeof present !== "object" || present === null) return more;
  if (typeof more !== "object" || more === null) return present;
  if (Array.isArray(present) && Array.isArray(more)) {
    if (present.length !== more.length) return more;
    return present.map((item, index) => together(item, more[index]));
  }
  merge(present as Data, more as Data);
  return present;
}
