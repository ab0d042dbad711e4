import { type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from "graphql";
import type { Caller, CallerRole } from "../caller.ts";
import { DomainError } from "../domain-error.ts";
import { PAGES_OF_DEVICES, type SeenDevices, TYPES_ABOUT_DEVICES } from "./seen-devices.ts";

/** Who may read or call each field: type, then field, then roles. Every field has its entry. */
export type AccessTable = Readonly<Record<string, Readonly<Record<string, readonly CallerRole[]>>>>;

/** The same roles for several fields, named in one text. */
export function grant(
  roles: readonly CallerRole[],
  fields: string,
): Record<string, readonly CallerRole[]> {
  return Object.fromEntries(fields.split(/\s+/).map((field) => [field, roles]));
}

/** Fields that federation adds: entities are checked row by row, the schema text is for nobody. */
const FEDERATION_FIELDS = new Set(["Query._entities", "Query._service"]);

/**
 * Puts the table's check in front of every field's resolver, whatever path leads to it. Throws
 * where schema and table do not match: a field that nobody thought of must not start.
 */
export function enforceAccess(schema: GraphQLSchema, table: AccessTable): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("_")) continue;
    for (const field of Object.values(type.getFields())) {
      const name = `${type.name}.${field.name}`;
      if (FEDERATION_FIELDS.has(name)) continue;
      const roles = table[type.name]?.[field.name];
      if (!roles) throw new Error(`access: no entry for ${name}`);
      const guard = {
        roles: new Set(roles),
        isAboutDevices: TYPES_ABOUT_DEVICES.has(type.name),
        isRoot: type.name === "Query" || type.name === "Mutation",
        isPage: PAGES_OF_DEVICES.has(name),
      };
      field.resolve = guarded(name, guard, field.resolve);
    }
  }
}

type Resolve = GraphQLFieldResolver<unknown, { caller: Caller; seen?: SeenDevices }>;

interface Guard {
  roles: ReadonlySet<CallerRole>;
  isAboutDevices: boolean;
  isRoot: boolean;
  isPage: boolean;
}

function guarded(name: string, guard: Guard, resolve?: Resolve): Resolve {
  const { roles, isAboutDevices, isRoot, isPage } = guard;
  const field = name.slice(name.indexOf(".") + 1);
  const answer: Resolve =
    resolve ??
    ((source, args, context, info) => {
      const value = (source as Record<string, unknown>)[field];
      return typeof value === "function" ? value.call(source, args, context, info) : value;
    });
  return (source, args, context, info) => {
    if (!isAmong(context.caller.roles, roles)) {
      throw new DomainError("FORBIDDEN", `your roles may not use ${name}`);
    }
    if (isAboutDevices) context.seen?.addSource(source);
    const value = answer(source, args, context, info);
    if (isPage) context.seen?.addPage(value);
    return isRoot && context.seen ? seenAnswer(value, context.seen) : value;
  };
}

/** Asked for every field of every answer, so without a function for each. */
function isAmong(asked: readonly CallerRole[], roles: ReadonlySet<CallerRole>): boolean {
  for (const role of asked) if (roles.has(role)) return true;
  return false;
}

/** What was written is seen, and what was found too, also where the client selects nothing of it. */
function seenAnswer(value: unknown, seen: SeenDevices): unknown {
  if (!(value instanceof Promise)) {
    seen.addAnswer(value);
    return value;
  }
  return value.then((answer: unknown) => {
    seen.addAnswer(answer);
    return answer;
  });
}
